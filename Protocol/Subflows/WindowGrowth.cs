using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>
/// Tells the congestion control what arrived, and whether it was the window that held the sender back: only then may it grow (RFC 9438
/// section 5.8, RFC 7661 section 1).
/// </summary>
internal sealed class WindowGrowth(ControlBlock control, ICongestionControl congestion)
{
    private Seq32 _limitedTo;

    public void Start(Seq32 first) => _limitedTo = first;

    /// <summary>A segment leaves for the first time.</summary>
    /// <param name="end">Where it ends.</param>
    /// <param name="inFlight">Octets in flight with it.</param>
    /// <param name="window">Octets that may be.</param>
    public void HandleSent(Seq32 end, int inFlight, int window)
    {
        if (inFlight + control.Sizes.Mss > window)
        {
            _limitedTo = end;
        }
    }

    /// <summary>An ACK delivered something outside of a recovery.</summary>
    public void HandleAck(in AckContext ack, int octets, Duration sample, bool roundStarts)
    {
        // In slow start half a window is enough: the other half is what the window grew by in this round trip.
        var isLimited = ack.AckedBefore < _limitedTo
            || (congestion.Window < congestion.SlowStartThreshold && 2L * ack.InFlightBefore >= congestion.Window);
        congestion.HandleAck(control.Rtt.Sample(ack, octets, sample, control.Sizes, isLimited, roundStarts));
    }
}
