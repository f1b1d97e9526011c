using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>
/// What was sent, what of it is lost, and how much may be in flight: RACK-TLP (RFC 8985), proportional rate reduction (RFC 9937),
/// retransmission timeouts (RFC 6298), and reductions that are taken back (RFC 3522, RFC 5682).
/// </summary>
internal sealed class LossRecovery
{
    private readonly ControlBlock _control;
    private readonly ICongestionControl _congestion;
    private readonly Rack _rack = new();
    private readonly LossProbe _probe;
    private readonly LossTimers _timers;
    private readonly RateReduction _reduction = new();
    private readonly SpuriousLoss _spurious = new();
    private readonly DuplicateAcks _duplicateAcks = new();
    private readonly WindowGrowth _growth;
    private Seq32 _recoveryEnd;

    public LossRecovery(ControlBlock control, ICongestionControl congestion)
    {
        _control = control;
        _congestion = congestion;
        _probe = new LossProbe(control.Options.PeerAckDelay);
        _timers = new LossTimers(control, Board, _probe);
        _growth = new WindowGrowth(control, congestion);
        SackReader = new SackReader(Board);
    }

    public Scoreboard Board { get; } = new();

    public SackReader SackReader { get; }

    public RecoveryPhase Phase { get; private set; }

    /// <summary>Octets that may be in flight.</summary>
    public int Window => Phase == RecoveryPhase.FastRecovery ? _reduction.Window : _congestion.Window;

    /// <summary>Whether the next retransmission is sent whatever is in flight: a timer said so.</summary>
    public bool MustRetransmit { get; private set; }

    /// <summary>Whether a tail loss probe is to be sent.</summary>
    public bool ProbeDue { get; private set; }

    /// <summary>Timeouts since something was acknowledged.</summary>
    public int TimeoutsInRow { get; private set; }

    public Counters Counters { get; } = new();

    public Rounds Rounds { get; } = new();

    public void Start(Seq32 first)
    {
        Board.Start(first);
        _growth.Start(first);
        _recoveryEnd = first;
    }

    /// <summary>Takes an ACK, after the scoreboard took its numbers.</summary>
    public void HandleAck(in AckContext ack, in Delivery delivery, ref SegmentOutcome outcome)
    {
        if (ack.Advanced)
        {
            TimeoutsInRow = 0;
        }

        // A probe that waits to be sent is answered before it left.
        ProbeDue &= delivery.Bytes == 0;
        var sample = _control.Rtt.Measure(ack, delivery, _control.Timestamps, _control.Options.MaxTimeout);
        if (sample > Duration.Zero)
        {
            _probe.HandleSample();
        }

        var roundStarts = delivery.Bytes > 0 && Rounds.HandleDelivery(delivery.Bytes, ack.Acked, ack.Next, ack.Now);
        Counters.BytesDelivered += delivery.Bytes;
        _rack.HandleDelivery(delivery, ack, _control.Timestamps, _control.Rtt.Minimum);
        if (_spurious.HandleAck(ack.Acked, delivery, ack.Echo))
        {
            TakeBack(ack.Now);
        }

        if (Phase != RecoveryPhase.Open && ack.Acked >= _recoveryEnd)
        {
            Leave(ack.Now);
        }

        if (_probe.HandleAck(ack.Acked, delivery, ack.IsDuplicate))
        {
            // The probe repaired the loss of the tail, which is a loss nevertheless (RFC 8985 section 7.4.2).
            _congestion.HandleLoss(Sample(ack.Now, ack.Next - ack.AckedBefore, isFirstTimeout: false));
            _congestion.HandleRecovered(ack.Now);
        }

        var lostBefore = Board.Lost;
        DetectLoss(ack, delivery);
        if (Board.Lost > lostBefore)
        {
            outcome.Events |= SegmentEvents.LossFound;
        }

        Grow(ack, delivery, sample, roundStarts, lostBefore);
        _timers.HandleAck(ack.Advanced, delivery, Phase, ack.Now);
    }

    /// <summary>The peer answers, but has closed a window that was open: that is no silence, however long it lasts.</summary>
    public void HandleClosedWindow() => TimeoutsInRow = Math.Min(TimeoutsInRow, 1);

    /// <summary>A segment of payload or FIN leaves for the first time.</summary>
    public void HandleSent(in SentSegment segment, bool isProbe)
    {
        Board.Add(segment);
        _control.Sizes.HandleBurst(_control.Options.Pacing ? int.MaxValue : segment.Length);
        HandleLeft(segment.Length, isHeadAgain: false, segment.SentAt);
        _growth.HandleSent(segment.End, Board.InFlight, Window);
        if (isProbe)
        {
            HandleProbeSent(segment.End, isRetransmission: false, segment.SentAt);
        }
    }

    /// <summary>A segment leaves again, in full.</summary>
    public void HandleRetransmitted(int index, Seq32 next, bool isProbe, Instant now)
    {
        Board.MarkRetransmitted(index, now);
        MustRetransmit = false;
        Counters.Retransmissions++;
        Counters.BytesRetransmitted += Board[index].Payload;
        _spurious.HandleRetransmission(Board[index], _control.Timestamps.IsEnabled ? _control.Timestamps.Value(now) : null);
        HandleLeft(Board[index].Length, isHeadAgain: index == 0, now);
        if (isProbe)
        {
            HandleProbeSent(next, isRetransmission: true, now);
        }
    }

    /// <summary>The retransmission timer expired with data outstanding (RFC 6298 section 5, RFC 8985 section 6.3).</summary>
    /// <returns>False when the peer has not answered for too long.</returns>
    public bool HandleTimeout(Seq32 acked, Seq32 next, Instant now)
    {
        Counters.Timeouts++;
        if (++TimeoutsInRow > _control.Options.Retries)
        {
            return false;
        }

        _control.Rtt.BackOff();
        if (Board[0].IsSacked)
        {
            Board.ForgetSacked();
            SackReader.Forget();
        }

        _congestion.HandleTimeout(Sample(now, next - acked, isFirstTimeout: TimeoutsInRow == 1));
        if (Phase == RecoveryPhase.Open)
        {
            _spurious.Start(acked, next, watchesOriginals: _control.SelectiveAcks, now);
        }

        _rack.HandleTimeout(Board, _control.Rtt, _control.SelectiveAcks, _control.Sizes.Mss, now);

        (Phase, _recoveryEnd) = (RecoveryPhase.Timeout, next);
        _duplicateAcks.Reset();
        _probe.Reset();
        ProbeDue = false;
        MustRetransmit = true;
        _timers.HandleTimeout(now);
        return true;
    }

    /// <summary>The time for reordered segments is up.</summary>
    public void HandleReorderTimer(Seq32 acked, Seq32 next, Instant now)
    {
        DetectBySelectiveAcks(now);
        HandleLost(acked, next, now);
        if (Phase == RecoveryPhase.FastRecovery)
        {
            Reduce(0, makesProgress: false);
        }
    }

    /// <summary>The tail may be lost.</summary>
    public void HandleProbeTimer() => ProbeDue = Board.InFlight > 0 && Phase == RecoveryPhase.Open && _probe.IsAllowed;

    /// <summary>What is in flight and larger than fits has to go again, which is no congestion (RFC 1191 section 6.5).</summary>
    public void HandlePathMtu(int mss, Instant now)
    {
        _congestion.HandleSegmentSize(mss, now);
        _control.MtuProbe.HandleReduced(now);
        Board.MarkLargerLost(mss);
        MustRetransmit |= Board.Lost > 0;
    }

    private void DetectLoss(in AckContext ack, in Delivery delivery)
    {
        if (_control.SelectiveAcks)
        {
            DetectBySelectiveAcks(ack.Now);
        }
        else
        {
            _duplicateAcks.DetectLoss(Board, ack, Phase, _control.Sizes.Mss);
            MustRetransmit |= Board.Lost > 0;
        }

        HandleLost(ack.AckedBefore, ack.Next, ack.Now);
    }

    private void DetectBySelectiveAcks(Instant now) => _control.Timers.Set(
        SubflowTimer.Reorder, _rack.DetectLoss(Board, _control.Rtt, Phase != RecoveryPhase.Open, _control.Sizes.Mss, now));

    private void Grow(in AckContext ack, in Delivery delivery, Duration sample, bool roundStarts, int lostBefore)
    {
        if (Phase == RecoveryPhase.FastRecovery)
        {
            Reduce(delivery.Bytes, ack.Advanced && Board.Lost <= lostBefore);
            return;
        }

        if (delivery.Bytes == 0)
        {
            return;
        }

        _growth.HandleAck(ack, delivery.Bytes, sample, roundStarts);
    }

    private void HandleLost(Seq32 acked, Seq32 next, Instant now)
    {
        if (Phase != RecoveryPhase.Open || Board.Lost == 0)
        {
            return;
        }

        if (_control.MtuProbe.IsAllThatIsLost(Board))
        {
            MustRetransmit = true;
            return;
        }

        Phase = RecoveryPhase.FastRecovery;
        Counters.Recoveries++;
        _recoveryEnd = next;
        _spurious.Start(acked, next, watchesOriginals: false, now);
        _probe.Reset();
        ProbeDue = false;
        _congestion.HandleLoss(Sample(now, next - acked, isFirstTimeout: false));
        _reduction.Start(next - acked);
    }

    private void Leave(Instant now)
    {
        if (Phase == RecoveryPhase.FastRecovery)
        {
            _congestion.HandleRecovered(now);
            _rack.HandleRecovered();
        }

        Open();
    }

    private void TakeBack(Instant now)
    {
        Counters.SpuriousLosses++;
        _spurious.Stop();
        _congestion.HandleSpuriousLoss(now);
        Board.ForgiveLost();
        Open();
    }

    private void Open()
    {
        Phase = RecoveryPhase.Open;
        MustRetransmit = false;
        _duplicateAcks.Reset();
    }

    private void Reduce(int delivered, bool makesProgress) =>
        _reduction.HandleAck(delivered, Board.InFlight, _congestion.SlowStartThreshold, _control.Sizes.Mss, makesProgress);

    private void HandleLeft(int octets, bool isHeadAgain, Instant now)
    {
        _reduction.HandleSent(octets);
        _timers.HandleSent(isHeadAgain, Phase, now);
    }

    private void HandleProbeSent(Seq32 next, bool isRetransmission, Instant now)
    {
        ProbeDue = false;
        Counters.LossProbes++;
        _probe.HandleSent(next, isRetransmission);
        _timers.HandleProbeSent(now);
    }

    private LossSample Sample(Instant now, int outstanding, bool isFirstTimeout) =>
        _control.Rtt.Loss(now, outstanding, _control.Sizes.Mss, isFirstTimeout);
}
