using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Support;

/// <summary>Drives a congestion control alone, by whole round trips.</summary>
internal sealed class AckSamples(ICongestionControl congestion, int mss)
{
    public Instant Now { get; private set; } = new(1_000_000);

    /// <summary>A window is sent and acknowledged segment by segment, at the end of a round trip.</summary>
    public void RoundTrip(double rttMillis = 100, bool isWindowLimited = true)
    {
        var rtt = Duration.FromMicros((long)(rttMillis * 1000));
        Now += rtt;
        var window = congestion.Window;
        for (var acked = 0; acked + mss <= window; acked += mss)
        {
            congestion.HandleAck(new AckSample
            {
                Now = Now,
                AckedBytes = mss,
                InFlightBefore = window,
                Rtt = rtt,
                SmoothedRtt = rtt,
                MinRtt = rtt,
                Mss = mss,
                IsWindowLimited = isWindowLimited,
                IsRoundStart = acked == 0,
            });
        }
    }

    public LossSample Loss(bool isFirstTimeout = false) => new()
    {
        Now = Now,
        InFlight = congestion.Window,
        Mss = mss,
        SmoothedRtt = Duration.FromMillis(100),
        IsFirstTimeout = isFirstTimeout,
    };
}
