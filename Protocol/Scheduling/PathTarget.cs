using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>What <see cref="CheapestFirst"/> holds the cheap paths to; a zero asks for nothing.</summary>
/// <param name="Latency">From writing to arrival.</param>
/// <param name="BytesPerSecond">Rate that the admitted paths shall be able to carry.</param>
/// <param name="SrttLimit">A path with a higher round-trip time does not count.</param>
/// <param name="RtoLimit">A path with a higher retransmission timeout, its backoff included, does not count.</param>
internal readonly record struct PathTarget(Duration Latency, long BytesPerSecond, Duration SrttLimit, Duration RtoLimit)
{
    /// <summary>
    /// The limits of a widely used mobile system's interactive mode: round-trip time 600 ms, timeout 1500 ms (xnu,
    /// bsd/netinet/mptcp_subr.c).
    /// </summary>
    public static PathTarget Interactive(Duration latency) => new(latency, 0, Duration.FromMillis(600), Duration.FromMillis(1_500));

    /// <summary>Whether a path taken alone does not rule the target out.</summary>
    public bool IsMetBy(in SubflowView path) =>
        (Latency <= Duration.Zero || path.Srtt / 2 <= Latency)
        && (SrttLimit <= Duration.Zero || path.Srtt <= SrttLimit)
        && (RtoLimit <= Duration.Zero || path.Rto <= RtoLimit);
}
