using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>What a subflow measured and counted; as in Linux's tcp_info where a field has a like there.</summary>
public readonly record struct SubflowStatistics
{
    /// <summary>The state.</summary>
    public required SubflowState State { get; init; }

    /// <summary>How it stands towards loss.</summary>
    public required RecoveryPhase Phase { get; init; }

    /// <summary>Smoothed round trip; zero before the first sample.</summary>
    public required Duration SmoothedRtt { get; init; }

    /// <summary>Variance of the round trip.</summary>
    public required Duration RttVariance { get; init; }

    /// <summary>The shortest round trip of the last seconds.</summary>
    public required Duration MinRtt { get; init; }

    /// <summary>The retransmission timeout with its backoff.</summary>
    public required Duration RetransmissionTimeout { get; init; }

    /// <summary>Octets that may be in flight.</summary>
    public required int CongestionWindow { get; init; }

    /// <summary>The slow start threshold, octets.</summary>
    public required int SlowStartThreshold { get; init; }

    /// <summary>Octets per second of the pacer; 0 without pacing.</summary>
    public required double PacingRate { get; init; }

    /// <summary>Octets per second that the peer acknowledged over the last round trip; 0 before the first.</summary>
    public required double DeliveryRate { get; init; }

    /// <summary>Octets in flight.</summary>
    public required int InFlight { get; init; }

    /// <summary>Octets that are lost and not sent again yet.</summary>
    public required int Lost { get; init; }

    /// <summary>Octets assigned and not sent yet.</summary>
    public required int Unsent { get; init; }

    /// <summary>Octets of payload in a full segment.</summary>
    public required int Mss { get; init; }

    /// <summary>Octets of the window that the peer advertises.</summary>
    public required int PeerWindow { get; init; }

    /// <summary>Octets of payload sent, retransmissions included.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Octets of payload sent again.</summary>
    public required long BytesRetransmitted { get; init; }

    /// <summary>Octets that the peer acknowledged, selectively too.</summary>
    public required long BytesDelivered { get; init; }

    /// <summary>Segments taken for lost, each as often as it was; also where that was an error (<see cref="SpuriousLosses"/>).</summary>
    public required long SegmentsLost { get; init; }

    /// <summary>Octets of payload received for the first time.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Segments sent again.</summary>
    public required long Retransmissions { get; init; }

    /// <summary>Retransmission timers that expired.</summary>
    public required long Timeouts { get; init; }

    /// <summary>Recoveries that began.</summary>
    public required long Recoveries { get; init; }

    /// <summary>Reductions of the window that were taken back.</summary>
    public required long SpuriousLosses { get; init; }

    /// <summary>Tail loss probes sent.</summary>
    public required long LossProbes { get; init; }
}
