using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>The RST that is still to be sent.</summary>
internal sealed class ResetPlan
{
    private bool _hasAck;
    private Seq32 _seq;

    /// <summary>Whether one is.</summary>
    public bool IsDue { get; private set; }

    /// <summary>Answers a segment that acknowledges what was never sent (RFC 9293 section 3.10.7.3).</summary>
    public void Request(Seq32 seq)
    {
        IsDue = true;
        _hasAck = false;
        _seq = seq;
    }

    /// <summary>Ends a synchronised subflow (RFC 9293 section 3.10.5).</summary>
    public void RequestAbort(Seq32 next)
    {
        IsDue = true;
        _hasAck = true;
        _seq = next;
    }

    public bool TryPlan(ref SegmentPlan plan, Seq32 receivedTo)
    {
        if (!IsDue)
        {
            return false;
        }

        plan.Kind = SegmentKind.Reset;
        plan.Header.Seq = _seq;
        plan.Header.Flags = TcpFlags.Rst;
        if (_hasAck)
        {
            plan.Header.Flags |= TcpFlags.Ack;
            plan.Header.Ack = receivedTo;
        }

        return true;
    }

    public void HandleSent() => IsDue = false;
}
