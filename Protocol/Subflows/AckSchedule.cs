using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>When to acknowledge: at once, with what makes more than a full segment, or after a while.</summary>
/// <remarks>
/// RFC 9293 section 3.8.6.3, RFC 5681 section 4.2: not later than with the second full one. As in Linux (net/ipv4/tcp_input.c,
/// __tcp_ack_snd_check) a second one need not be full: the end of a message would wait for the next message.
/// </remarks>
internal sealed class AckSchedule(ControlBlock control)
{
    // A sender in slow start grows with each ACK: at the beginning none waits for company.
    private const int QuickAcks = 16;
    private const int LeastSegment = 536;

    private int _pending;
    private int _segment = LeastSegment;
    private int _quickLeft = QuickAcks;

    /// <summary>Whether an ACK is due now.</summary>
    public bool IsDue { get; private set; }

    public void Request() => IsDue = true;

    /// <summary>Payload came in order.</summary>
    /// <param name="octets">How much.</param>
    /// <param name="segment">Octets of the segments that it came in.</param>
    /// <param name="now">When.</param>
    public void HandlePayload(int octets, int segment, Instant now)
    {
        _segment = Math.Max(_segment, segment);
        _pending += octets;
        if (_pending > _segment || _quickLeft > 0)
        {
            IsDue = true;
        }
        else if (!control.Timers.IsSet(SubflowTimer.DelayedAck))
        {
            control.Timers.Set(SubflowTimer.DelayedAck, now + control.Options.AckDelay);
        }
    }

    /// <summary>A segment with ACK left.</summary>
    public void HandleSent()
    {
        if (_pending > 0 && _quickLeft > 0)
        {
            _quickLeft--;
        }

        IsDue = false;
        _pending = 0;
        control.Timers.Stop(SubflowTimer.DelayedAck);
    }
}
