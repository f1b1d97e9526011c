using Multipath.Lab.Net;

namespace Multipath.Lab.Traffic;

/// <summary>A transfer to make: which way, how fast, how much. It ends at its bytes or its time, whichever comes first.</summary>
/// <param name="Direction">Who sends: the client uploads, the server's data is downloaded.</param>
/// <param name="BitsPerSecond">Pace of a stream in payload bits per second; 0 for bulk, as fast as the connection takes it.</param>
/// <param name="Duration">Longest time of sending.</param>
internal sealed record TransferSpec(Direction Direction, long BitsPerSecond, TimeSpan Duration)
{
    /// <summary>Most bytes sent.</summary>
    internal long MaxBytes { get; init; } = 4L << 30;

    /// <summary>
    /// A stream's chunk, a multiple of 8: at 5 Mbit/s one each 4 ms, short against every gap that is measured. The kernel's own gap
    /// depends on it: what is in flight at the cut decides which of its timers runs.
    /// </summary>
    internal int ChunkBytes { get; init; } = 2560;

    /// <summary>Congestion control of the sockets; the machine's default may be erratic on emulated links.</summary>
    internal string Congestion { get; init; } = "cubic";

    /// <summary>Seed of the content.</summary>
    internal ulong Seed { get; init; } = 1;

    /// <summary>The server's port; 0 lets the kernel choose.</summary>
    internal int Port { get; init; }

    /// <summary>How long the receiver waits for data before it gives the transfer up.</summary>
    internal TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A paced stream.</summary>
    internal static TransferSpec Stream(Direction direction, double megabitsPerSecond, double seconds) =>
        new(direction, (long)(megabitsPerSecond * 1e6), TimeSpan.FromSeconds(seconds));

    /// <summary>As fast as the connection takes it.</summary>
    internal static TransferSpec Bulk(Direction direction, double seconds) => new(direction, 0, TimeSpan.FromSeconds(seconds));
}

/// <summary>What a transfer came to.</summary>
/// <param name="SentBytes">Bytes that the sender handed to its socket.</param>
/// <param name="ReceivedBytes">Bytes that the receiver got.</param>
/// <param name="SentHash">SHA-256 of what was sent, lower-case hexadecimal.</param>
/// <param name="ReceivedHash">SHA-256 of what was received.</param>
/// <param name="Gaps">The receiver's gaps, on the clock of <see cref="LinkPump.Now"/> in microseconds.</param>
/// <param name="Goodput">The receiver's bytes over time.</param>
/// <param name="IsMptcp">False when the connection had fallen back to TCP, as seen by the receiver before the end.</param>
/// <param name="Failure">Why the transfer broke off; null when it ended as it should.</param>
internal sealed record TransferResult(
    long SentBytes, long ReceivedBytes, string SentHash, string ReceivedHash, GapRecorder Gaps, GoodputBuckets Goodput, bool IsMptcp,
    string? Failure)
{
    /// <summary>True when every byte arrived, in order.</summary>
    internal bool IsIntact => Failure is null && SentBytes == ReceivedBytes && SentHash == ReceivedHash;

    /// <summary>The longest gap between receives, in milliseconds.</summary>
    internal double LongestGapMs => Gaps.LongestUs / 1e3;

    /// <summary>When it began, in seconds since the first receive.</summary>
    internal double LongestGapAfterSeconds => (Gaps.LongestBeganUs - Gaps.FirstUs) / 1e6;
}
