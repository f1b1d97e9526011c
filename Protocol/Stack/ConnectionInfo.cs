using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>Where a connection stands.</summary>
public enum ConnectionState
{
    /// <summary>The first handshake is under way.</summary>
    Connecting,

    /// <summary>Data goes both ways.</summary>
    Established,

    /// <summary>One end has said that it has no more, or both have and not all is acknowledged.</summary>
    Closing,

    /// <summary>It is over.</summary>
    Closed,
}

/// <summary>A connection's numbers, as MPTCP_INFO has them (include/uapi/linux/mptcp.h, struct mptcp_info).</summary>
public readonly record struct ConnectionInfo
{
    /// <summary>The local token; 0 for plain TCP.</summary>
    public uint Token { get; init; }

    /// <summary>Where it stands.</summary>
    public ConnectionState State { get; init; }

    /// <summary>It speaks Multipath TCP: agreed on, and not given up since.</summary>
    public bool IsMultipath { get; init; }

    /// <summary>It was accepted here.</summary>
    public bool ServerSide { get; init; }

    /// <summary>Checksums are used.</summary>
    public bool Checksum { get; init; }

    /// <summary>The ends that it began with; subflows may have others.</summary>
    public FourTuple Tuple { get; init; }

    /// <summary>Subflows now, joins under way included.</summary>
    public int Subflows { get; init; }

    /// <summary>Joined subflows that were ever established.</summary>
    public int SubflowsJoined { get; init; }

    /// <summary>Bytes written by the application.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Bytes acknowledged by the peer at connection level.</summary>
    public long BytesAcknowledged { get; init; }

    /// <summary>Bytes that came in order.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes that were given to a second subflow.</summary>
    public long BytesReinjected { get; init; }

    /// <summary>Bytes given to subflows by a scheduler that sends copies, beyond the first copy.</summary>
    public long BytesDuplicated { get; init; }

    /// <summary>Bytes that came again, or outside the window.</summary>
    public long BytesDropped { get; init; }

    /// <summary>Bytes written and not yet given to a subflow.</summary>
    public int Unsent { get; init; }

    /// <summary>Bytes given to subflows and not yet acknowledged at connection level.</summary>
    public int InFlight { get; init; }

    /// <summary>Bytes that the peer would take now beyond those in flight.</summary>
    public long SendWindow { get; init; }

    /// <summary>Bytes that can be read.</summary>
    public int Unread { get; init; }

    /// <summary>Bytes of the receive window.</summary>
    public int ReceiveWindow { get; init; }

    /// <summary>Checksums that were wrong.</summary>
    public int ChecksumFailures { get; init; }

    /// <summary>When the peer last acknowledged data.</summary>
    public Instant LastProgress { get; init; }

    /// <summary>Why it ended.</summary>
    public EndReason Reason { get; init; }
}

/// <summary>A subflow's numbers, as tcp_info has them (include/uapi/linux/tcp.h).</summary>
public readonly record struct SubflowInfo
{
    /// <summary>Its ends.</summary>
    public FourTuple Tuple { get; init; }

    /// <summary>Id of the local address.</summary>
    public byte LocalId { get; init; }

    /// <summary>Id of the peer's address.</summary>
    public byte RemoteId { get; init; }

    /// <summary>It carries data; false while a handshake is under way or it is closing.</summary>
    public bool Established { get; init; }

    /// <summary>It is on its way out.</summary>
    public bool Closing { get; init; }

    /// <summary>We asked the peer not to send here while another subflow works.</summary>
    public bool Backup { get; init; }

    /// <summary>The peer asked us not to send here while another subflow works.</summary>
    public bool PeerBackup { get; init; }

    /// <summary>No progress for so long that new data goes elsewhere.</summary>
    public bool Stale { get; init; }

    /// <summary>Smoothed round-trip time (RFC 6298).</summary>
    public Duration Srtt { get; init; }

    /// <summary>Variation of the round-trip time (RFC 6298).</summary>
    public Duration RttVar { get; init; }

    /// <summary>Smallest round-trip time seen lately.</summary>
    public Duration MinRtt { get; init; }

    /// <summary>Congestion window, bytes.</summary>
    public long CongestionWindow { get; init; }

    /// <summary>Slow start threshold, bytes.</summary>
    public long SlowStartThreshold { get; init; }

    /// <summary>Bytes in flight: neither acknowledged nor taken for lost.</summary>
    public long InFlight { get; init; }

    /// <summary>Payload bytes sent and not acknowledged, those that are taken for lost among them.</summary>
    public long Outstanding { get; init; }

    /// <summary>Payload bytes of a full segment.</summary>
    public int Mss { get; init; }

    /// <summary>Bytes assigned to the subflow and not yet sent.</summary>
    public long Queued { get; init; }

    /// <summary>Pacing rate, bytes per second; 0 without pacing.</summary>
    public long PacingRate { get; init; }

    /// <summary>Delivery rate, bytes per second.</summary>
    public long DeliveryRate { get; init; }

    /// <summary>Payload bytes sent, retransmissions included.</summary>
    public long BytesSent { get; init; }

    /// <summary>Payload bytes that came for the first time on this subflow, also behind a gap; without what came again.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Payload bytes acknowledged.</summary>
    public long BytesAcknowledged { get; init; }

    /// <summary>Segments sent again.</summary>
    public long Retransmissions { get; init; }

    /// <summary>Segments deemed lost, each as often as it was; some of them may have been late only.</summary>
    public long Lost { get; init; }

    /// <summary>Retransmission timeouts.</summary>
    public long Timeouts { get; init; }

    /// <summary>Payload bytes sent again.</summary>
    public long BytesRetransmitted { get; init; }

    /// <summary>When a segment of the peer last came; the default value for never.</summary>
    public Instant LastHeard { get; init; }

    /// <summary>When payload last came; the default value for never.</summary>
    public Instant LastDataReceived { get; init; }

    /// <summary>When payload was last sent; the default value for never.</summary>
    public Instant LastDataSent { get; init; }
}
