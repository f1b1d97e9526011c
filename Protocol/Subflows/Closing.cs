using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>The states between the first FIN and the end (RFC 9293 section 3.6).</summary>
internal sealed class Closing(ControlBlock control)
{
    /// <summary>Whether the peer may stay half open for as long as it likes.</summary>
    public bool IsHalfClose { get; set; }

    public void HandleFinSent() =>
        control.State = control.State == SubflowState.CloseWait ? SubflowState.LastAck : SubflowState.FinWait1;

    public void HandleFinAcked(Instant now)
    {
        switch (control.State)
        {
            case SubflowState.FinWait1:
                control.State = SubflowState.FinWait2;
                if (!IsHalfClose)
                {
                    control.Timers.Set(SubflowTimer.Linger, now + control.Options.FinWait);
                }

                break;
            case SubflowState.Closing:
                EnterTimeWait(now);
                break;
            case SubflowState.LastAck:
                control.Finish(SubflowEnd.Finished);
                break;
        }
    }

    public void HandleFinReceived(Instant now)
    {
        switch (control.State)
        {
            case SubflowState.Established:
                control.State = SubflowState.CloseWait;
                break;
            case SubflowState.FinWait1:
                control.State = SubflowState.Closing;
                break;
            case SubflowState.FinWait2:
                EnterTimeWait(now);
                break;
        }
    }

    /// <summary>The peer's FIN came again: our last ACK was lost.</summary>
    public void HandleRepeatedFin(Instant now)
    {
        if (control.State == SubflowState.TimeWait)
        {
            EnterTimeWait(now);
        }
    }

    private void EnterTimeWait(Instant now)
    {
        control.State = SubflowState.TimeWait;
        control.Timers.StopAll();
        control.Timers.Set(SubflowTimer.Linger, now + control.Options.TimeWait);
    }
}
