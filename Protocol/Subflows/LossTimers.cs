using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>When to ask what became of the outstanding data (RFC 6298 section 5, RFC 8985 section 7.2).</summary>
internal sealed class LossTimers(ControlBlock control, Scoreboard board, LossProbe probe)
{
    /// <summary>Something left.</summary>
    public void HandleSent(RecoveryPhase phase, Instant now)
    {
        if (!control.Timers.IsSet(SubflowTimer.Retransmit))
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
    /// <param name="isNews">Whether it acknowledged something new.</param>
    /// <param name="phase">The phase after it.</param>
    /// <param name="now">When it came.</param>
    public void HandleAck(bool isNews, RecoveryPhase phase, Instant now)
    {
        if (board.Count == 0)
        {
            control.Timers.Stop(SubflowTimer.Retransmit);
            control.Timers.Stop(SubflowTimer.LossProbe);
            control.Timers.Stop(SubflowTimer.Reorder);
        }
        else if (isNews)
        {
            RestartRetransmit(now);
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
        var isQuiet = phase == RecoveryPhase.Open && board.SackedCount == 0 && !probe.IsOutstanding;
        if (!isQuiet || !control.SelectiveAcks || !control.Rtt.HasSample)
        {
            control.Timers.Stop(SubflowTimer.LossProbe);
            return;
        }

        var at = now + probe.Timeout(control.Rtt, board.InFlight <= control.Sizes.Mss);
        control.Timers.Set(SubflowTimer.LossProbe, Instant.Earlier(at, control.Timers[SubflowTimer.Retransmit]));
    }
}
