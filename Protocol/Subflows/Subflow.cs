using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Subflows;

/// <summary>One TCP connection (RFC 9293) that carries ranges of its owner's data and holds no octet of them.</summary>
/// <remarks>
/// The owner drives it: segments go in by <see cref="HandleSegment"/>, time by <see cref="HandleTimeout"/> when <see cref="Deadline"/>
/// is reached, data by <see cref="Assign"/>; what is to be sent comes out of <see cref="PollSegment"/> and is confirmed by
/// <see cref="HandleSent"/>. After each of these calls both the deadline and what can be polled may have changed. Nothing here allocates
/// once the queues have grown to the window.
/// </remarks>
public sealed class Subflow
{
    private readonly ControlBlock _control;
    private readonly Sender _sender;
    private readonly Receiver _receiver;
    private readonly Handshake _handshake;
    private readonly Closing _closing;
    private readonly Prober _prober;
    private readonly ResetPlan _reset = new();
    private readonly Intake _intake;
    private readonly Outlet _outlet;
    private readonly Expiry _expiry;

    private Subflow(SubflowStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _control = new ControlBlock(start);
        Congestion = start.Congestion;
        ReceiveWindow = start.ReceiveWindow;
        _sender = new Sender(_control, Congestion, start.InitialSequence);
        _receiver = new Receiver(_control);
        _handshake = new Handshake(_control, _sender, _receiver, Congestion);
        _closing = new Closing(_control);
        _prober = new Prober(_control, _sender);
        _intake = new Intake(_control, _sender, _receiver, _handshake, _closing, _prober, _reset);
        _outlet = new Outlet(_control, _sender, _receiver, _handshake, _closing, _prober, _reset);
        _expiry = new Expiry(_control, _sender, _receiver, _handshake, _prober);
    }

    /// <summary>The state of RFC 9293 section 3.3.2.</summary>
    public SubflowState State => _control.State;

    /// <summary>Why it is closed.</summary>
    public SubflowEnd End => _control.End;

    /// <summary>The round trip and its timeout.</summary>
    public Rtt Rtt => _control.Rtt;

    /// <summary>The congestion control.</summary>
    public ICongestionControl Congestion { get; }

    /// <summary>When <see cref="HandleTimeout"/> and then a poll are due; <see cref="Instant.Never"/> when nothing is timed.</summary>
    public Instant Deadline =>
        State == SubflowState.Closed ? Instant.Never : Instant.Earlier(_control.Timers.Next, _sender.Pacer.Deadline);

    /// <summary>When pacing lets the next data leave; in the past when it does already.</summary>
    public Instant NextPaced => _sender.Pacer.Next;

    /// <summary>
    /// Octets that the peer may send behind what was received. Set it before polling. It is advertised as it is, less what the scale
    /// cannot say; to keep its right edge and to avoid silly windows (RFC 9293 section 3.8.6.2.2) is the connection's task.
    /// </summary>
    public int ReceiveWindow { get; set; }

    /// <summary>The shift of windows that this end advertises, as agreed.</summary>
    public int ReceiveShift => _control.ReceiveShift;

    /// <summary>Octets of payload in a full segment.</summary>
    public int Mss => _control.Sizes.Mss;

    /// <summary>Bytes of the largest packet that the path takes, as known.</summary>
    public int Mtu => _control.Sizes.Mtu;

    /// <summary>Our initial sequence number; relative numbers count from it.</summary>
    public Seq32 InitialSent => _sender.Initial;

    /// <summary>The peer's initial sequence number; relative numbers count from it.</summary>
    public Seq32 InitialReceived => _receiver.Initial;

    /// <summary>All before this number was received.</summary>
    public Seq32 ReceivedTo => _receiver.Next;

    /// <summary>All before this number was acknowledged by the peer.</summary>
    public Seq32 AckedTo => _sender.Acked;

    /// <summary>The number that the next octet to be assigned will have.</summary>
    public Seq32 AssignedTo => _sender.AssignedTo;

    /// <summary>Octets in flight.</summary>
    public int InFlight => _sender.Recovery.Board.InFlight;

    /// <summary>Something was deemed lost and was not sent again yet.</summary>
    public bool HasLost => _sender.Recovery.Board.Lost > 0;

    /// <summary>Octets assigned and not sent.</summary>
    public int Unsent => _sender.Unsent;

    /// <summary>Octets of the window that the peer advertised last.</summary>
    public int PeerWindow => _sender.Peer.Size;

    /// <summary>How it stands towards loss.</summary>
    public RecoveryPhase Phase => _sender.Recovery.Phase;

    /// <summary>Timeouts since the peer acknowledged something.</summary>
    public int TimeoutsInRow => _sender.Recovery.TimeoutsInRow;

    /// <summary>
    /// Since when an acknowledgment is waited for: the last one that brought news, or when the first of what is outstanding was sent;
    /// <see cref="Instant.Never"/> when nothing is outstanding.
    /// </summary>
    public Instant WaitingSince => _sender.WaitingSince;

    /// <summary>When a segment left that the peer acknowledges without delay; <see cref="Instant.Never"/> if it owes no ACK.</summary>
    public Instant AckOwedSince => _sender.AckOwedSince;

    /// <summary>Bytes of options that the connection adds to a segment with payload; the segment size shrinks by them.</summary>
    public int DataOptionBytes
    {
        get;
        set
        {
            field = value;
            _control.Sizes.HandleOptionBytes(value);
        }
    }

    /// <summary>Bytes of options that the connection adds to an ACK; selective acknowledgments take what remains.</summary>
    public int AckOptionBytes { get; set; }

    /// <summary>Chunks that are not acknowledged yet, in order of their sequence numbers.</summary>
    public int ChunkCount => _sender.Chunks.Count;

    /// <summary>Begins a handshake.</summary>
    /// <param name="start">What it is made of.</param>
    public static Subflow Connect(SubflowStart start)
    {
        var subflow = new Subflow(start);
        subflow._handshake.Connect();
        return subflow;
    }

    /// <summary>Answers a SYN.</summary>
    /// <param name="start">What it is made of.</param>
    /// <param name="syn">A segment with SYN and without ACK, RST and FIN.</param>
    /// <param name="now">When it came.</param>
    public static Subflow Accept(SubflowStart start, in ParsedPacket syn, Instant now)
    {
        var subflow = new Subflow(start);
        subflow._handshake.Accept(syn, subflow.ReceiveWindow, now);
        return subflow;
    }

    /// <summary>Takes up a handshake of which nothing was kept; the segment that completes it is handed in next.</summary>
    /// <param name="start">What it is made of; the initial sequence number is the SYN/ACK's.</param>
    /// <param name="syn">The SYN as far as it is remembered.</param>
    /// <param name="now">The time.</param>
    internal static Subflow Resume(SubflowStart start, in ParsedPacket syn, Instant now)
    {
        var subflow = new Subflow(start);
        subflow._handshake.Resume(syn, subflow.ReceiveWindow, now);
        return subflow;
    }

    /// <summary>A chunk that is not acknowledged yet.</summary>
    /// <param name="index">At least 0, below <see cref="ChunkCount"/>.</param>
    public ref readonly ChunkEntry GetChunk(int index) => ref _sender.Chunks[index];

    /// <summary>The lowest data sequence number that is assigned here and not acknowledged on this subflow.</summary>
    /// <param name="dsn">The number, if any is.</param>
    public bool TryGetLowestDsn(out Dsn64 dsn) => _sender.Chunks.TryGetLowest(out dsn);

    /// <summary>Whether a data sequence number is assigned here and not acknowledged on this subflow.</summary>
    /// <param name="dsn">The number.</param>
    public bool IsCarrying(Dsn64 dsn) => _sender.Chunks.Covers(dsn);

    /// <summary>Takes a segment of this subflow.</summary>
    /// <param name="packet">The segment.</param>
    /// <param name="now">When it came.</param>
    /// <param name="takesPayload">Whether there is a place for its payload: without one only the rest of it counts.</param>
    public SegmentOutcome HandleSegment(in ParsedPacket packet, Instant now, bool takesPayload = true)
    {
        var outcome = default(SegmentOutcome);
        _intake.Handle(packet, ReceiveWindow, takesPayload, ref outcome, now);
        outcome.ReceivedTo = _receiver.Next;
        outcome.AckedTo = _sender.Acked;
        return outcome;
    }

    /// <summary>Time has reached <see cref="Deadline"/>. Earlier calls do no harm.</summary>
    /// <param name="now">The time.</param>
    public void HandleTimeout(Instant now)
    {
        _sender.Pacer.HandleTimeout(now);
        _expiry.Handle(now);
    }

    /// <summary>Octets of new data that would leave at once if they were assigned now: whole segments, if the windows allow.</summary>
    /// <param name="now">The time.</param>
    public int SendSpace(Instant now) => _sender.Space(now);

    /// <summary>Gives a range of the connection's data to this subflow; it gets the next sequence numbers.</summary>
    /// <param name="chunk">What is longer than <see cref="SendSpace"/> waits here until the windows allow it.</param>
    public void Assign(in Chunk chunk)
    {
        _prober.IsBlocked = false;
        _sender.Assign(chunk);
    }

    /// <summary>The connection has data, but the peer's window has no room for it: probes are sent until it has.</summary>
    /// <param name="now">The time.</param>
    public void HandleWindowBlocked(Instant now)
    {
        _prober.IsBlocked = true;
        _prober.Update(now);
    }

    /// <summary>Whether <see cref="PollSegment"/> is sure to have nothing; asking costs far less than polling.</summary>
    /// <param name="now">The time.</param>
    public bool IsIdle(Instant now) => _outlet.IsIdle(now);

    /// <summary>What to send next.</summary>
    /// <param name="now">The time.</param>
    /// <param name="maxPayload">Octets of payload that the caller has room for; more than <see cref="Mss"/> only with offload.</param>
    /// <param name="plan">The segment, if there is one.</param>
    public bool PollSegment(Instant now, int maxPayload, out SegmentPlan plan)
    {
        plan = default;
        return _outlet.Poll(now, maxPayload, ReceiveWindow, AckOptionBytes, ref plan);
    }

    /// <summary>A planned segment left. Between its plan and this call nothing else may be called.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="now">When it left; as in the plan.</param>
    public void HandleSent(in SegmentPlan plan, Instant now) => _outlet.HandleSent(plan, now);

    /// <summary>An ACK is sent with the next poll.</summary>
    public void RequestAck() => _receiver.Acks.Request();

    /// <summary>
    /// Asks the peer for a sign of life, again and again as retransmissions go: a peer that has forgotten the subflow resets it.
    /// </summary>
    /// <returns>Whether a probe is due; false when the peer is being asked, or has something to acknowledge.</returns>
    public bool Ask() => _prober.Ask();

    /// <summary>From now on neither data nor FIN is sent, whatever was assigned: only ACKs and what the connection puts on them.</summary>
    public void Mute() => _outlet.IsMuted = true;

    /// <summary>Sends FIN behind what is assigned; what the peer sends is still taken.</summary>
    /// <param name="isHalfClose">Whether the peer may go on sending without end; else <see cref="SubflowOptions.FinWait"/>.</param>
    public void Close(bool isHalfClose = false)
    {
        _closing.IsHalfClose = isHalfClose;
        if (State == SubflowState.SynSent)
        {
            _control.Finish(SubflowEnd.Aborted);
        }

        _sender.FinQueued = true;
    }

    /// <summary>Ends the subflow at once, with an RST where the peer knows of it; the RST is polled like any segment.</summary>
    public void Abort()
    {
        if (State is not (SubflowState.Closed or SubflowState.SynSent or SubflowState.TimeWait))
        {
            _reset.RequestAbort(_sender.Next);
        }

        if (State != SubflowState.Closed)
        {
            _control.Finish(SubflowEnd.Aborted);
        }
    }

    /// <summary>A router says that a packet was too large (RFC 1191); the caller has verified that it was one in flight.</summary>
    /// <param name="mtu">Bytes of the largest packet that passes.</param>
    /// <param name="now">When it said so.</param>
    /// <returns>Whether the segment size is smaller now; what is too large is sent again.</returns>
    public bool HandlePathMtu(int mtu, Instant now)
    {
        var isSmaller = _control.IsSynchronized && _control.Sizes.TryReduceMtu(mtu);
        if (isSmaller)
        {
            _sender.Recovery.HandlePathMtu(Mss, now);
        }

        return isSmaller;
    }

    /// <summary>Whether a number is sent and not acknowledged: what an ICMP message about this subflow must quote (RFC 5927).</summary>
    /// <param name="seq">The number.</param>
    public bool IsOutstanding(Seq32 seq) => seq >= _sender.Acked && seq < _sender.Next;

    /// <summary>What was measured and counted.</summary>
    public SubflowStatistics GetStatistics() => Statistics.Read(_control, _sender, _receiver, Congestion);
}
