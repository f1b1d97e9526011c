using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>What a subflow sends next: RST, SYN, reports of gaps, retransmissions, probes, data, FIN, ACK, in this order.</summary>
internal sealed class Outlet(
    ControlBlock control, Sender sender, Receiver receiver, Handshake handshake, Closing closing, Prober prober, ResetPlan reset)
{
    private readonly PayloadPlanner _planner = new(control, sender);

    /// <summary>No payload and no FIN leave any more.</summary>
    public bool IsMuted { get; set; }

    /// <summary>Whether there is nothing to send, found out without the cost of planning a segment: most polls end here.</summary>
    public bool IsIdle(Instant now)
    {
        if (reset.IsDue || !control.IsSynchronized || receiver.Acks.IsDue || prober.IsDue || sender.HasSomething)
        {
            return false;
        }

        prober.Update(now);
        return true;
    }

    public bool Poll(Instant now, int maxPayload, int window, int ackOptionBytes, ref SegmentPlan plan)
    {
        if (reset.TryPlan(ref plan, receiver.Next))
        {
            return true;
        }

        if (!control.IsSynchronized)
        {
            return control.State != SubflowState.Closed && handshake.Poll(window, ref plan, now);
        }

        // Payload leaves no room for selective acknowledgments: those go first, in a segment of their own.
        var isAckDue = receiver.Acks.IsDue;
        if (!(isAckDue && receiver.HasReport) && !IsMuted && _planner.Poll(maxPayload, ref plan, now))
        {
            var isLast = plan.Kind == SegmentKind.Data && plan.PayloadLength > 0 && _planner.EndsBurst(plan.PayloadLength, now);
            plan.Header.Flags |= isLast ? TcpFlags.Psh : TcpFlags.None;
        }
        else if (prober.IsDue)
        {
            prober.Plan(ref plan);
        }
        else if (isAckDue)
        {
            plan.Kind = SegmentKind.Ack;
            plan.Header.Seq = sender.Next;
            receiver.Report(ref plan.Header.Options.Sack, ackOptionBytes);
        }
        else
        {
            prober.Update(now);
            return false;
        }

        plan.Header.Flags |= TcpFlags.Ack;
        plan.Header.Ack = receiver.Next;
        plan.Header.Window = (ushort)Math.Min(window >> control.ReceiveShift, ushort.MaxValue);
        plan.Header.Options.Timestamps = control.Timestamps.IsEnabled ? control.Timestamps.Option(now) : null;
        return true;
    }

    public void HandleSent(in SegmentPlan plan, Instant now)
    {
        switch (plan.Kind)
        {
            case SegmentKind.None:
                return;
            case SegmentKind.Syn:
                handshake.HandleSent(now);
                return;
            case SegmentKind.Reset:
                reset.HandleSent();
                return;
            case SegmentKind.Probe:
                prober.HandleSent(now);
                break;
            case SegmentKind.Data or SegmentKind.Retransmission:
                sender.HandleSent(plan, now);
                break;
        }

        if (plan.Kind == SegmentKind.Data && (plan.Header.Flags & TcpFlags.Fin) != 0)
        {
            closing.HandleFinSent();
        }

        receiver.HandleAckSent(plan.Header.Window << control.ReceiveShift, plan.Kind == SegmentKind.Ack);
    }
}
