using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>What happens when timers expire.</summary>
internal sealed class Expiry(ControlBlock control, Sender sender, Receiver receiver, Handshake handshake, Prober prober)
{
    public void Handle(Instant now)
    {
        var timers = control.Timers;
        if (timers.Next > now)
        {
            return;
        }

        if (timers.TryExpire(SubflowTimer.DelayedAck, now))
        {
            receiver.Acks.Request();
        }

        if (timers.TryExpire(SubflowTimer.Reorder, now))
        {
            sender.Recovery.HandleReorderTimer(sender.Acked, sender.Next, now);
        }

        if (timers.TryExpire(SubflowTimer.Retransmit, now))
        {
            HandleRetransmit(now);
        }
        else if (timers.TryExpire(SubflowTimer.LossProbe, now))
        {
            sender.Recovery.HandleProbeTimer();
        }

        if (timers.TryExpire(SubflowTimer.Persist, now))
        {
            prober.HandlePersistTimer(now);
        }

        if (timers.TryExpire(SubflowTimer.KeepAlive, now))
        {
            prober.HandleKeepAliveTimer(now);
        }

        if (timers.TryExpire(SubflowTimer.Linger, now))
        {
            control.Finish(SubflowEnd.Finished);
        }
    }

    private void HandleRetransmit(Instant now)
    {
        if (!control.IsSynchronized)
        {
            handshake.HandleTimeout();
        }
        else if (sender.Recovery.Board.Count > 0 && !sender.Recovery.HandleTimeout(sender.Acked, sender.Next, now))
        {
            control.Finish(SubflowEnd.TimedOut);
        }
    }
}
