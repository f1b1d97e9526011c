using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Congestion;

/// <summary>What one ACK says to a congestion control.</summary>
public readonly struct AckSample
{
    /// <summary>When the ACK came.</summary>
    public required Instant Now { get; init; }

    /// <summary>Bytes that this ACK newly acknowledged, cumulatively or selectively; above 0.</summary>
    public required int AckedBytes { get; init; }

    /// <summary>Bytes in flight just before this ACK.</summary>
    public required int InFlightBefore { get; init; }

    /// <summary>The round trip that this ACK measured; <see cref="Duration.Zero"/> when it measured none (RFC 6298 section 3).</summary>
    public required Duration Rtt { get; init; }

    /// <summary>The smoothed round trip with this sample in it; zero before the first.</summary>
    public required Duration SmoothedRtt { get; init; }

    /// <summary>The shortest round trip of the last seconds; zero before the first.</summary>
    public required Duration MinRtt { get; init; }

    /// <summary>Bytes of payload in a full segment.</summary>
    public required int Mss { get; init; }

    /// <summary>Bytes that the sender lets leave at once: of its largest merged segment, or no bound if it paces; 0 if unknown.</summary>
    public int BurstBytes { get; init; }

    /// <summary>Whether the window was what held the sender back; if not, it must not grow (RFC 9293 section 3.8.2, RFC 7661).</summary>
    public required bool IsWindowLimited { get; init; }

    /// <summary>Whether a new round trip begins with this ACK: it acknowledges something sent after the last one began.</summary>
    public required bool IsRoundStart { get; init; }
}
