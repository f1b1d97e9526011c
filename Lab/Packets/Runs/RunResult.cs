using System.Globalization;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>How a simulated run ended.</summary>
internal sealed record RunResult
{
    /// <summary>Of the run.</summary>
    internal required ulong Seed { get; init; }

    /// <summary>What was wrong; null when nothing was.</summary>
    internal string? Fault { get; init; }

    /// <summary>When it ended, on its own clock.</summary>
    internal Instant Ended { get; init; }

    /// <summary>Of all that happened on the wire.</summary>
    internal ulong TraceHash { get; init; }

    /// <summary>Packets that entered a lane.</summary>
    internal long Packets { get; init; }

    /// <summary>Payload bytes that arrived at both ends.</summary>
    internal long Bytes { get; init; }

    /// <summary>The connection ended as plain TCP.</summary>
    internal bool FellBack { get; init; }

    /// <summary>Most subflows that the client had established at one time.</summary>
    internal int Subflows { get; init; }

    /// <summary>Segments that a device with receive offload joined to ones before them, at both ends.</summary>
    internal long Gathered { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {Fault ?? "right"} at {Ended}, {Bytes} bytes, {Packets} packets, {Subflows} subflows"
        + $"{(FellBack ? ", fell back" : "")}, trace {TraceHash:x16}");
}
