namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// What the kernel says of a whole connection (linux/mptcp.h, <c>struct mptcp_info</c>). Fields that an older kernel lacks are 0.
/// </summary>
public readonly record struct MptcpInfo
{
    /// <summary>This host's token: the name of the connection in every command.</summary>
    public uint Token { get; private init; }

    /// <summary>Subflows beside the initial one, as the path manager counts them.</summary>
    public byte FurtherSubflows { get; private init; }

    /// <summary>Subflows there are, the initial one included (Linux 6.6); 0 also where the kernel does not say.</summary>
    public byte SubflowsTotal { get; private init; }

    /// <summary>Announced addresses of the peer that were accepted.</summary>
    public byte AddressesAccepted { get; private init; }

    /// <summary>Fell back to plain TCP for good.</summary>
    public bool Fallback { get; private init; }

    /// <summary>The next data sequence number to be sent.</summary>
    public ulong WriteSequence { get; private init; }

    /// <summary>The first data sequence number that the peer has not acknowledged.</summary>
    public ulong SendUnacknowledged { get; private init; }

    /// <summary>The next data sequence number expected.</summary>
    public ulong ReceiveNext { get; private init; }

    /// <summary>Retransmissions at the level of the connection, from one subflow to another.</summary>
    public uint Retransmits { get; private init; }

    /// <summary>Payload sent again on another subflow.</summary>
    public ulong BytesRetransmitted { get; private init; }

    /// <summary>Payload sent.</summary>
    public ulong BytesSent { get; private init; }

    /// <summary>Payload received.</summary>
    public ulong BytesReceived { get; private init; }

    /// <summary>Payload that the peer acknowledged.</summary>
    public ulong BytesAcked { get; private init; }

    /// <summary>Age of the last data sent.</summary>
    public uint LastDataSentMs { get; private init; }

    /// <summary>Age of the last data received.</summary>
    public uint LastDataReceivedMs { get; private init; }

    /// <summary>Age of the last acknowledgement received.</summary>
    public uint LastAckReceivedMs { get; private init; }

    /// <summary>Bytes written by the program that the peer has not acknowledged at the level of the connection.</summary>
    public ulong OutstandingBytes => WriteSequence - SendUnacknowledged;

    /// <summary>Reads the structure, as sock_diag and the socket option MPTCP_INFO give it.</summary>
    internal static MptcpInfo Read(ReadOnlySpan<byte> bytes)
    {
        var info = new InfoReader(bytes);
        return new MptcpInfo
        {
            FurtherSubflows = info.U8(0),
            AddressesAccepted = info.U8(2),
            Fallback = (info.U32(8) & 1) != 0,
            Token = info.U32(12),
            WriteSequence = info.U64(16),
            SendUnacknowledged = info.U64(24),
            ReceiveNext = info.U64(32),
            Retransmits = info.U32(44),
            BytesRetransmitted = info.U64(48),
            BytesSent = info.U64(56),
            BytesReceived = info.U64(64),
            BytesAcked = info.U64(72),
            SubflowsTotal = info.U8(80),
            LastDataSentMs = info.U32(84),
            LastDataReceivedMs = info.U32(88),
            LastAckReceivedMs = info.U32(92),
        };
    }
}
