using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Congestion;

/// <summary>The state of a subflow as a loss is found.</summary>
public readonly struct LossSample
{
    /// <summary>When it was found.</summary>
    public required Instant Now { get; init; }

    /// <summary>Bytes in flight before anything was marked as lost (FlightSize, RFC 5681 section 2).</summary>
    public required int InFlight { get; init; }

    /// <summary>Bytes of payload in a full segment.</summary>
    public required int Mss { get; init; }

    /// <summary>The smoothed round trip; zero before the first.</summary>
    public required Duration SmoothedRtt { get; init; }

    /// <summary>Whether this is the first timeout since something new was acknowledged; false for a loss that is no timeout.</summary>
    public required bool IsFirstTimeout { get; init; }
}
