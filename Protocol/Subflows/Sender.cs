using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>The sending half: which numbers are assigned, sent and acknowledged, and which segment comes next. Holds no octets.</summary>
internal sealed class Sender
{
    // Segments that may make up a full one: a stream of single octets is not walked through for each deadline.
    private const int OwedSegments = 8;
    private readonly ControlBlock _control;
    private readonly ICongestionControl _congestion;
    private readonly BlackHoleDetector _blackHole = new();
    private Instant _lastSentAt = Instant.Never;
    private Instant _waitingSince;
    private bool _isIdleHandled;

    public Sender(ControlBlock control, ICongestionControl congestion, Seq32 initial)
    {
        _control = control;
        _congestion = congestion;
        Recovery = new LossRecovery(control, congestion);
        Pacer = new Pacer(control.Options.Pacing);
        Initial = initial;
        Acked = initial;
        Next = initial + 1;
        AssignedTo = Next;
        Recovery.Start(Next);
    }

    /// <summary>ISS.</summary>
    public Seq32 Initial { get; }

    /// <summary>SND.UNA.</summary>
    public Seq32 Acked { get; private set; }

    /// <summary>SND.NXT.</summary>
    public Seq32 Next { get; private set; }

    /// <summary>The number behind all octets that were assigned; FIN comes there.</summary>
    public Seq32 AssignedTo { get; private set; }

    public PeerWindow Peer { get; } = new();

    public LossRecovery Recovery { get; }

    public Pacer Pacer { get; }

    public ChunkQueue Chunks { get; } = new();

    /// <summary>Whether FIN follows what is assigned.</summary>
    public bool FinQueued { get; set; }

    public bool FinSent { get; private set; }

    public bool FinAcked => FinSent && Acked > AssignedTo;

    /// <summary>Octets assigned and not sent.</summary>
    public int Unsent => Math.Max(AssignedTo - Next, 0);

    /// <summary>Whether there is payload or FIN to send, if the windows allow it.</summary>
    public bool HasSomething => Unsent > 0 || (FinQueued && !FinSent) || Recovery.Board.Lost > 0 || Recovery.ProbeDue;

    /// <summary>Whether data waits for nothing but the peer's window, with nothing on its way that would bring news of it.</summary>
    public bool IsWindowClosed => Recovery.Board.Count == 0 && Unsent > 0 && UsableWindow < Math.Min(Unsent, LeastPortion);

    /// <summary>A small window may be used although it is small: it stayed so for long (RFC 9293 section 3.8.6.2.1).</summary>
    public bool OverridesSmallWindow { get; set; }

    /// <summary>Octets that the peer's window has room for.</summary>
    public int UsableWindow => Peer.Edge - Next;

    /// <summary>What a window that holds less than a segment must have grown to.</summary>
    public int LeastPortion => OverridesSmallWindow ? 1 : Math.Max(1, Math.Min(_control.Sizes.Mss, Peer.Largest / 2));

    /// <summary>Since when news of what is outstanding is waited for.</summary>
    public Instant WaitingSince => Recovery.Board.Count == 0 ? Instant.Never : _waitingSince;

    /// <summary>
    /// When the segment left with which more than a full one is on its way, so that the peer owes an ACK at once (RFC 5681 section 4.2);
    /// <see cref="Instant.Never"/> if none did, or if something is known to be missing, which loss recovery sees to.
    /// </summary>
    public Instant AckOwedSince
    {
        get
        {
            var board = Recovery.Board;
            var count = Recovery.Phase == RecoveryPhase.Open && board.SackedCount == 0 ? Math.Min(board.Count, OwedSegments) : 0;
            for (var (i, octets) = (0, 0); i < count; i++)
            {
                if ((octets += board[i].Length) > _control.Sizes.Mss)
                {
                    return board[i].SentAt;
                }
            }

            return Instant.Never;
        }
    }

    /// <summary>Whether an ACK is within what RFC 5961 section 5 accepts.</summary>
    public bool IsPlausible(Seq32 ack) => ack <= Next && ack >= Acked - Math.Max(Peer.Largest, 1);

    /// <summary>The SYN is acknowledged.</summary>
    public void HandleSynAcked(Seq32 seq, Seq32 ack, int window)
    {
        Acked = ack;
        Peer.Start(seq, ack, window);
    }

    /// <summary>Takes the ACK, the window and the selective acknowledgments of an acceptable segment.</summary>
    public void HandleAck(in ParsedPacket packet, ref SegmentOutcome outcome, Instant now)
    {
        var ack = packet.Ack;
        var before = Acked;
        var board = Recovery.Board;
        var inFlight = board.InFlight;
        var isOld = ack < Acked;
        var isDuplicate = ack == Acked && packet.SequenceLength == 0 && board.Count != 0 && !packet.Options.Mptcp.HasSignal;
        if (!isOld && Peer.HandleWindow(packet.Seq, ack, packet.Window))
        {
            // A zero window repeated is no duplicate, a new one is none either (RFC 5681 section 2 (e)).
            isDuplicate = false;
            outcome.Events |= SegmentEvents.WindowMoved;
        }

        if (Peer.Size == 0)
        {
            Recovery.HandleClosedWindow();
        }

        var delivery = default(Delivery);
        if (ack > Acked)
        {
            Acked = ack;
            board.AckTo(ack, ref delivery);
            Chunks.RemoveAcked(ack);
            outcome.Events |= SegmentEvents.AckAdvanced;
        }

        if (packet.Options.Sack.Count != 0 && _control.SelectiveAcks)
        {
            Recovery.SackReader.Handle(packet.Options.Sack, Acked, Next, _control.Sizes.Mss, ref delivery);
        }

        outcome.AckedTo = Acked;
        outcome.DeliveredBytes = delivery.Bytes;
        if (isOld && delivery.Bytes == 0)
        {
            return;
        }

        if (isDuplicate)
        {
            outcome.Events |= SegmentEvents.DuplicateAck;
        }

        if (board.Count == 0 && inFlight == 0 && delivery.Bytes == 0)
        {
            return;
        }

        var context = new AckContext
        {
            Now = now,
            AckedBefore = before,
            Acked = Acked,
            Next = Next,
            InFlightBefore = inFlight,
            IsDuplicate = isDuplicate,
            Echo = _control.Timestamps.IsEnabled ? packet.Options.Timestamps?.Echo : null,
        };
        _waitingSince = delivery.Bytes > 0 ? now : _waitingSince;
        Recovery.HandleAck(context, delivery, ref outcome);
        if (_blackHole.HandleAck(Acked, delivery.Bytes, _control.Sizes) && _control.Sizes.TryReduceToBase())
        {
            Recovery.HandlePathMtu(_control.Sizes.Mss, now);
        }
        else if (_control.MtuProbe.HandleAck(Acked, now))
        {
            _congestion.HandleSegmentSize(_control.Sizes.Mss, now);
        }

        Pacer.HandleAck(_congestion, Recovery.Window, _control.Rtt.Smoothed);
    }

    /// <summary>Octets of new data that may be assigned now to leave at once: whole segments, or the peer's smaller window.</summary>
    public int Space(Instant now)
    {
        if (!_control.MaySend || FinQueued || !Pacer.Allows(now))
        {
            return 0;
        }

        HandleIdle(now);
        var mss = _control.Sizes.Mss;
        var board = Recovery.Board;
        var congestion = Recovery.Window - board.InFlight - board.Lost - Unsent;
        var peer = Peer.Edge - AssignedTo;
        if (board.Count == 0 && Unsent == 0)
        {
            congestion = Math.Max(congestion, mss);
            if (peer < mss)
            {
                return peer >= LeastPortion ? peer : 0;
            }
        }

        var space = Math.Min(congestion, peer);
        return space < mss ? 0 : space - (space % mss);
    }

    /// <summary>Gives a chunk the next numbers.</summary>
    public void Assign(in Chunk chunk)
    {
        if (!Chunks.TryMerge(chunk, Next))
        {
            Chunks.Add(chunk, AssignedTo);
        }

        AssignedTo += chunk.Length;
    }

    /// <summary>A planned segment left.</summary>
    public void HandleSent(in SegmentPlan plan, Instant now)
    {
        _lastSentAt = now;
        _isIdleHandled = false;
        var isProbe = Recovery.ProbeDue;
        Recovery.Counters.BytesSent += plan.PayloadLength;
        Pacer.HandleSent(plan.PayloadLength, now);
        var hasFin = (plan.Header.Flags & TcpFlags.Fin) != 0;
        if (plan.Kind == SegmentKind.Retransmission)
        {
            _control.MtuProbe.HandleSentAgain(plan.Header.Seq);
            Recovery.HandleRetransmitted(CutOut(plan, hasFin), Next, isProbe, now);
            return;
        }

        if (plan.Mss > _control.Sizes.Mss)
        {
            _control.MtuProbe.HandleSent(Next, plan.PayloadLength);
        }

        var segment = new SentSegment
        {
            Start = Next,
            Length = plan.PayloadLength + (hasFin ? 1 : 0),
            ChunkId = plan.RecordIndex,
            Flags = hasFin ? SentFlags.Fin : SentFlags.None,
            SentAt = now,
        };
        _waitingSince = Recovery.Board.Count == 0 ? now : _waitingSince;
        Next = segment.End;
        FinSent |= hasFin;
        OverridesSmallWindow = false;
        Recovery.HandleSent(segment, isProbe);
    }

    /// <summary>Octets that a segment may have when it is sent again: fewer when the path may swallow large packets.</summary>
    public int TrialLimit(int index) =>
        index == 0 ? BlackHoleDetector.Limit(Recovery.TimeoutsInRow, _control.Sizes) : int.MaxValue;

    // The record of what was sent again, cut off from what of it was not.
    private int CutOut(in SegmentPlan plan, bool hasFin)
    {
        var board = Recovery.Board;
        var index = plan.RecordIndex;
        var skipped = plan.Header.Seq - board[index].Start;
        if (skipped > 0)
        {
            board.Split(index++, skipped);
        }

        if (plan.PayloadLength + (hasFin ? 1 : 0) < board[index].Length)
        {
            board.Split(index, plan.PayloadLength);
            if (index == 0 && plan.PayloadLength == TrialLimit(index))
            {
                _blackHole.HandleTrial(board[index].End);
            }
        }

        return index;
    }

    // RFC 5681 section 4.1: after a pause the window says nothing about the path any more.
    private void HandleIdle(Instant now)
    {
        if (_isIdleHandled || _lastSentAt == Instant.Never || Recovery.Board.Count != 0 || now - _lastSentAt <= _control.Rtt.BaseTimeout)
        {
            return;
        }

        _isIdleHandled = true;
        _congestion.HandleIdle(WindowLimits.InitialWindow(_control.Sizes.Mss), now - _lastSentAt, now);
    }
}
