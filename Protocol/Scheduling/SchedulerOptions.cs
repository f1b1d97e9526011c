using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>What an operator may set of a scheduler; each reads only what concerns it.</summary>
public sealed record SchedulerOptions
{
    /// <summary>The defaults.</summary>
    public static SchedulerOptions Default { get; } = new();

    /// <summary>roundRobin: segments that a subflow carries before it is the next one's turn; at least 1.</summary>
    public int QuantumSegments { get; init; } = 1;

    /// <summary>cheapestFirst, interactive: bytes shall arrive within this time of their writing; zero: no target.</summary>
    public Duration LatencyTarget { get; init; }

    /// <summary>cheapestFirst: bytes per second that shall be possible; zero: no target.</summary>
    public long RateTarget { get; init; }

    /// <summary>lowLatency: no copy is put on a path of a higher cost class than this.</summary>
    public byte CopyCostLimit { get; init; } = byte.MaxValue;
}
