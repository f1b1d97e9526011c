namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>What TCP measures on one subflow (linux/tcp.h, <c>struct tcp_info</c>).</summary>
/// <remarks>Counters run from the beginning of the subflow. Fields that an older kernel does not have are 0.</remarks>
public readonly record struct TcpInfo
{
    /// <summary>The state of TCP's state machine.</summary>
    public TcpState State { get; private init; }

    /// <summary>Retransmission timeout.</summary>
    public uint RtoUs { get; private init; }

    /// <summary>Segments sent and not acknowledged.</summary>
    public uint UnackedSegments { get; private init; }

    /// <summary>Segments in flight that are taken for lost.</summary>
    public uint LostSegments { get; private init; }

    /// <summary>Retransmitted segments that are in flight now.</summary>
    public uint RetransmittedInFlight { get; private init; }

    /// <summary>Age of the last data sent.</summary>
    public uint LastDataSentMs { get; private init; }

    /// <summary>Age of the last data received.</summary>
    public uint LastDataReceivedMs { get; private init; }

    /// <summary>Age of the last acknowledgement received.</summary>
    public uint LastAckReceivedMs { get; private init; }

    /// <summary>Smoothed round-trip time; 0 before the first sample.</summary>
    public uint RttUs { get; private init; }

    /// <summary>Mean deviation of the round-trip time.</summary>
    public uint RttVarUs { get; private init; }

    /// <summary>The least of the last five minutes; 0xffffffff before the first sample.</summary>
    public uint MinRttUs { get; private init; }

    /// <summary>Congestion window in segments.</summary>
    public uint Cwnd { get; private init; }

    /// <summary>Segments retransmitted.</summary>
    public uint TotalRetransmits { get; private init; }

    /// <summary>Rate at which segments are let out.</summary>
    public ulong PacingBytesPerSecond { get; private init; }

    /// <summary>The last measured rate of delivery.</summary>
    public ulong DeliveryBytesPerSecond { get; private init; }

    /// <summary>Payload that the peer acknowledged on this subflow.</summary>
    public ulong BytesAcked { get; private init; }

    /// <summary>Payload received.</summary>
    public ulong BytesReceived { get; private init; }

    /// <summary>Payload sent, retransmissions included.</summary>
    public ulong BytesSent { get; private init; }

    /// <summary>Payload sent again.</summary>
    public ulong BytesRetransmitted { get; private init; }

    /// <summary>Bytes queued on this subflow that have not been sent once.</summary>
    public uint NotSentBytes { get; private init; }

    /// <summary>Segments delivered.</summary>
    public uint DeliveredSegments { get; private init; }

    /// <summary>Reads the structure, as sock_diag and the socket options TCP_INFO and MPTCP_TCPINFO give it.</summary>
    internal static TcpInfo Read(ReadOnlySpan<byte> bytes)
    {
        var info = new InfoReader(bytes);
        return new TcpInfo
        {
            State = (TcpState)info.U8(0),
            RtoUs = info.U32(8),
            UnackedSegments = info.U32(24),
            LostSegments = info.U32(32),
            RetransmittedInFlight = info.U32(36),
            LastDataSentMs = info.U32(44),
            LastDataReceivedMs = info.U32(52),
            LastAckReceivedMs = info.U32(56),
            RttUs = info.U32(68),
            RttVarUs = info.U32(72),
            Cwnd = info.U32(80),
            TotalRetransmits = info.U32(100),
            PacingBytesPerSecond = info.U64(104),
            BytesAcked = info.U64(120),
            BytesReceived = info.U64(128),
            NotSentBytes = info.U32(144),
            MinRttUs = info.U32(148),
            DeliveryBytesPerSecond = info.U64(160),
            DeliveredSegments = info.U32(192),
            BytesSent = info.U64(200),
            BytesRetransmitted = info.U64(208),
        };
    }
}

/// <summary>States of TCP (net/tcp_states.h); of an MPTCP connection as a whole too.</summary>
public enum TcpState : byte
{
    /// <summary>Of an older kernel than this knows, or none.</summary>
    Unknown,

    /// <summary>Open both ways.</summary>
    Established,

    /// <summary>Waits for the answer to its SYN.</summary>
    SynSent,

    /// <summary>Has answered a SYN.</summary>
    SynReceived,

    /// <summary>Has closed its direction and waits for the acknowledgement.</summary>
    FinWait1,

    /// <summary>Has closed its direction; the peer has not.</summary>
    FinWait2,

    /// <summary>Both are closed; waits for stray segments to die.</summary>
    TimeWait,

    /// <summary>Not in use.</summary>
    Closed,

    /// <summary>The peer has closed its direction.</summary>
    CloseWait,

    /// <summary>Has closed after the peer and waits for the acknowledgement.</summary>
    LastAck,

    /// <summary>Waits for connections.</summary>
    Listening,

    /// <summary>Both closed at once.</summary>
    Closing,
}
