using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>Spreads a window over the round trip instead of sending it in bursts.</summary>
internal sealed class Pacer(bool isEnabled)
{
    // Faster than the window asks for, so that pacing never becomes the bottleneck: in slow start the window doubles in a round trip.
    private const double SlowStartGain = 2;
    private const double AvoidanceGain = 1.25;

    // A driver with a coarse timer may catch up for so long.
    private static readonly Duration Slack = Duration.FromMillis(1);

    private Instant _next;
    private bool _isRefused;

    /// <summary>Octets per second at which data leaves; 0 without pacing.</summary>
    public double Rate { get; private set; }

    /// <summary>When the next data may leave.</summary>
    public Instant Next => Rate == 0 ? default : _next;

    /// <summary>
    /// When to ask again after a refusal; <see cref="Instant.Never"/> when nothing was refused: then it is not pacing that holds data back.
    /// </summary>
    public Instant Deadline => _isRefused ? _next : Instant.Never;

    /// <summary>Whether data may leave now; a refusal sets <see cref="Deadline"/>.</summary>
    public bool Allows(Instant now)
    {
        _isRefused = Rate != 0 && _next > now;
        return !_isRefused;
    }

    /// <summary>Whether more may leave now behind octets that are about to.</summary>
    public bool AllowsAfter(int octets, Instant now) => Rate == 0 || NextAfter(octets, now) <= now;

    /// <summary>The deadline has come: who was refused asks again if it still has a wish.</summary>
    public void HandleTimeout(Instant now) => _isRefused &= _next > now;

    public void HandleAck(ICongestionControl congestion, int window, Duration smoothedRtt)
    {
        if (isEnabled && smoothedRtt > Duration.Zero)
        {
            var gain = congestion.Window < congestion.SlowStartThreshold ? SlowStartGain : AvoidanceGain;
            Rate = gain * window / smoothedRtt.TotalSeconds;
        }
    }

    public void HandleSent(int octets, Instant now)
    {
        if (Rate != 0)
        {
            _next = NextAfter(octets, now);
        }
    }

    private Instant NextAfter(int octets, Instant now) =>
        Instant.Later(_next, now - Slack) + Duration.FromMicros((long)(octets * 1e6 / Rate));
}
