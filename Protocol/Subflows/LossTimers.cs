using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>When to ask what became of the outstanding data (RFC 6298 section 5, RFC 8985 section 7.2).</summary>
internal sealed class LossTimers(ControlBlock control, Scoreboard board, LossProbe probe)
{
    /// <summary>Something left.</summary>
    /// <param name="isHeadAgain">Whether it was the oldest segment, sent again: the timer is about that one.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="now">When it left.</param>
    public void HandleSent(bool isHeadAgain, RecoveryPhase phase, Instant now)
    {
        if (isHeadAgain || !control.Timers.IsSet(SubflowTimer.Retransmit))
        {
            RestartRetransmit(now);
        }

        ArmProbe(phase, now);
    }

    /// <summary>A probe left: the next word is the retransmission timer's.</summary>
    public void HandleProbeSent(Instant now)
    {
        control.Timers.Stop(SubflowTimer.LossProbe);
        RestartRetransmit(now);
    }

    /// <summary>An ACK was processed.</summary>
    /// <param name="advanced">Whether it moved SND.UNA.</param>
    /// <param name="delivery">What it delivered.</param>
    /// <param name="phase">The phase after it.</param>
    /// <param name="now">When it came.</param>
    public void HandleAck(bool advanced, in Delivery delivery, RecoveryPhase phase, Instant now)
    {
        if (board.Count == 0)
        {
            control.Timers.Stop(SubflowTimer.Retransmit);
            control.Timers.Stop(SubflowTimer.LossProbe);
            control.Timers.Stop(SubflowTimer.Reorder);
        }
        else if (advanced || delivery.Bytes > 0)
        {
            // News of something younger than the oldest segment does not excuse that one's silence (RFC 6298 section 5.3).
            if (advanced || delivery.NewestAt < board[0].SentAt)
            {
                RestartRetransmit(now);
            }

            ArmProbe(phase, now);
        }
    }

    /// <summary>The retransmission timer expired.</summary>
    public void HandleTimeout(Instant now)
    {
        control.Timers.Stop(SubflowTimer.LossProbe);
        control.Timers.Stop(SubflowTimer.Reorder);
        RestartRetransmit(now);
    }

    private void RestartRetransmit(Instant now) => control.Timers.Set(SubflowTimer.Retransmit, now + control.Rtt.Timeout);

    private void ArmProbe(RecoveryPhase phase, Instant now)
    {
        var isQuiet = phase == RecoveryPhase.Open && board.SackedCount == 0 && probe.IsAllowed;
        if (!isQuiet || !control.SelectiveAcks || !control.Rtt.HasSample)
        {
            control.Timers.Stop(SubflowTimer.LossProbe);
            return;
        }

        var at = now + probe.Timeout(control.Rtt, board.InFlight <= control.Sizes.Mss);
        control.Timers.Set(SubflowTimer.LossProbe, Instant.Earlier(at, control.Timers[SubflowTimer.Retransmit]));
    }
}
