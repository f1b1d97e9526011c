using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>A subflow as a member of its connection: what Multipath TCP adds to it.</summary>
internal sealed class Member(MptcpConnection owner, int slot, Subflow tcp, in FourTuple tuple)
{
    private const int MaxSignalsInRow = 2;

    /// <summary>The connection.</summary>
    public MptcpConnection Owner { get; } = owner;

    /// <summary>Place in the connection, 0 to 8.</summary>
    public int Slot { get; } = slot;

    /// <summary>The TCP below.</summary>
    public Subflow Tcp { get; } = tcp;

    /// <summary>The ends.</summary>
    public FourTuple Tuple { get; } = tuple;

    /// <summary>Id of the local address.</summary>
    public byte LocalId { get; init; }

    /// <summary>Id of the peer's address.</summary>
    public byte RemoteId { get; set; }

    /// <summary>This end sent the SYN.</summary>
    public bool IsActive { get; init; }

    /// <summary>The sequence number of the peer's SYN.</summary>
    public Seq32 RemoteStart { get; set; }

    /// <summary>The shift of the peer's windows (RFC 7323 section 2.2).</summary>
    public int PeerShift { get; set; }

    /// <summary>We asked the peer to use the subflow as backup only.</summary>
    public bool Backup { get; set; }

    /// <summary>The peer asked us.</summary>
    public bool PeerBackup { get; set; }

    /// <summary>How far the join is.</summary>
    public JoinPhase Join { get; set; }

    /// <summary>Our nonce in the join.</summary>
    public uint LocalNonce { get; init; }

    /// <summary>The peer's nonce in the join.</summary>
    public uint RemoteNonce { get; set; }

    /// <summary>When the peer's SYN came.</summary>
    public Instant BegunAt { get; init; }

    /// <summary>When our proof is sent again.</summary>
    public Instant ProofAt { get; set; } = Instant.Never;

    /// <summary>Times that our proof was sent.</summary>
    public int ProofAttempts { get; set; }

    /// <summary>A data ACK or a mapping has come on this subflow: options get through (RFC 8684 section 3.7).</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>Data of ours was given to this subflow.</summary>
    public bool HasCarried { get; set; }

    /// <summary>Places what comes.</summary>
    public Assembler? Assembler { get; set; }

    /// <summary>Options that wait for a segment.</summary>
    public Signals Signals { get; } = new();

    /// <summary>
    /// ACKs that were sent for nothing but such options, less segments that were heard since. A peer without selective acknowledgments may
    /// count them as duplicates, so that there are two at most (RFC 8684 section 3.4).
    /// </summary>
    public int SignalsInRow { get; set; }

    /// <summary>Whether an option may be sent on an ACK of its own.</summary>
    public bool MaySignal => SignalsInRow < MaxSignalsInRow;

    /// <summary>The data ACK that was last told on this subflow.</summary>
    public Dsn64? ToldDataAck { get; set; }

    /// <summary>What our RST says.</summary>
    public MpReset? ResetToSend { get; set; }

    /// <summary>Why the peer's RST came.</summary>
    public byte ResetReceived { get; set; }

    /// <summary>Data of ours was last acknowledged, or first given, at this time.</summary>
    public Instant ProgressAt { get; set; }

    /// <summary>The peer was last heard on it: a segment that TCP took.</summary>
    public Instant HeardAt { get; set; }

    /// <summary>Payload last came on it.</summary>
    public Instant DataHeardAt { get; set; }

    /// <summary>Payload was last sent on it.</summary>
    public Instant DataSentAt { get; set; }

    /// <summary>No progress for so long that new data goes elsewhere.</summary>
    public bool IsStale { get; set; }

    /// <summary>Whether its peer is late without being overdue.</summary>
    public Suspicion Suspicion { get; } = new();

    /// <summary>Cost class of the path, for schedulers.</summary>
    public byte CostClass { get; set; }

    /// <summary>Share of the traffic, for schedulers; 0 counts as 1.</summary>
    public ushort Weight { get; set; }

    /// <summary>With a scheduler that sends each byte everywhere: the next byte for this subflow.</summary>
    public Dsn64 Cursor { get; set; }

    /// <summary>All before this number of ours was acknowledged on the subflow.</summary>
    public Seq32 AckedTo { get; set; }

    /// <summary>The event that it is established was given.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>The peer withdrew its address: it is to be closed.</summary>
    public bool IsDoomed { get; set; }

    /// <summary>Ids that the peer removed while its SYN/ACK, which will say one, was awaited.</summary>
    public HashSet<byte>? RemovedMeanwhile { get; set; }

    /// <summary>Why it ends.</summary>
    public EndReason Reason { get; set; }

    /// <summary>Bytes given to the subflow that are not acknowledged on it.</summary>
    public int QueuedBytes => Tcp.AssignedTo - Tcp.AckedTo;

    /// <summary>May carry data: established, and the join is proved on both sides.</summary>
    public bool IsUsable =>
        Join is JoinPhase.None or JoinPhase.Joined && Tcp.State is SubflowState.Established or SubflowState.CloseWait && !IsClosing;

    /// <summary>The handshake is complete: from now on there is data to place and there are options on data to leave room for.</summary>
    public void StartAssembly(Session s)
    {
        var limit = s.Checksum ? s.Limits.HeldBytes : Math.Min(s.Limits.HeldBytes, s.Receive.WindowSize);
        Assembler = new Assembler(s.Receive, limit, s.Budget) { UsesChecksum = s.Checksum };
        ReserveOptions(s);
    }

    /// <summary>Leaves room for the options of data and of ACKs, whose lengths depend on what the peer sends.</summary>
    public void ReserveOptions(Session s)
    {
        if (s.Mode == Mode.Multipath)
        {
            Tcp.DataOptionBytes = SegmentOptions.DataLength(s);
            Tcp.AckOptionBytes = SegmentOptions.AckLength(s);
        }
    }

    /// <summary>Has what waits in <see cref="Signals"/> sent: now, or when the peer, who is asked to, has shown that it listens.</summary>
    /// <returns>False when a question is under way already.</returns>
    public bool Speak()
    {
        if (!MaySignal)
        {
            return Tcp.Ask();
        }

        Tcp.RequestAck();
        return true;
    }

    /// <summary>A segment was taken: what waited for that is sent.</summary>
    public void HandleHeard(Instant now)
    {
        HeardAt = now;
        if (SignalsInRow > 0)
        {
            // Each that is heard makes up for one: so never more than two are on their way.
            SignalsInRow--;
            if (Signals.Any)
            {
                Tcp.RequestAck();
            }
        }
    }

    /// <summary>We have asked TCP to close it.</summary>
    public bool IsClosing { get; set; }
}
