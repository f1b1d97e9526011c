using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Congestion;

/// <summary>RFC 5681.</summary>
public class NewRenoTests
{
    private const int Mss = 1_000;
    private readonly NewReno _reno = new();
    private readonly AckSamples _acks;

    public NewRenoTests()
    {
        _reno.HandleSegmentSize(Mss, default);
        _acks = new AckSamples(_reno, Mss);
    }

    [Fact]
    public void It_starts_with_ten_segments_and_doubles()
    {
        Assert.Equal(10_000, _reno.Window);
        _acks.RoundTrip();
        Assert.Equal(20_000, _reno.Window);
        _acks.RoundTrip();
        Assert.Equal(40_000, _reno.Window);
    }

    [Fact]
    public void A_window_that_is_not_used_does_not_grow()
    {
        _acks.RoundTrip(isWindowLimited: false);
        Assert.Equal(10_000, _reno.Window);
    }

    [Fact]
    public void A_loss_halves_and_then_each_round_trip_adds_a_segment()
    {
        _reno.HandleLoss(_acks.Loss());
        Assert.Equal(5_000, _reno.Window);
        Assert.Equal(5_000, _reno.SlowStartThreshold);
        _reno.HandleRecovered(_acks.Now);
        _acks.RoundTrip();
        Assert.Equal(6_000, _reno.Window);
        _acks.RoundTrip();
        Assert.Equal(7_000, _reno.Window);
    }

    [Fact]
    public void A_timeout_leaves_one_segment_and_the_threshold_falls_once()
    {
        _reno.HandleTimeout(_acks.Loss(isFirstTimeout: true));
        Assert.Equal(1_000, _reno.Window);
        Assert.Equal(5_000, _reno.SlowStartThreshold);
        _reno.HandleTimeout(_acks.Loss());
        Assert.Equal(5_000, _reno.SlowStartThreshold);
        _acks.RoundTrip();
        _acks.RoundTrip();
        Assert.Equal(4_000, _reno.Window);
    }

    [Fact]
    public void An_error_is_taken_back()
    {
        _reno.HandleLoss(_acks.Loss());
        _reno.HandleSpuriousLoss(_acks.Now);
        Assert.Equal(10_000, _reno.Window);
        Assert.Equal(int.MaxValue, _reno.SlowStartThreshold);
    }

    [Fact]
    public void It_never_falls_below_two_segments_nor_rises_above_the_bound()
    {
        for (var i = 0; i < 10; i++)
        {
            _reno.HandleLoss(_acks.Loss());
        }

        Assert.Equal(2_000, _reno.Window);
        _reno.HandleSpuriousLoss(_acks.Now);
        _reno.HandleIdle(500, Duration.FromSeconds(9), _acks.Now);
        Assert.Equal(500, _reno.Window);
        Assert.Equal(14_600, WindowLimits.InitialWindow(1_460));
        Assert.Equal(17_920, WindowLimits.InitialWindow(8_960));
        Assert.Equal(5_360, WindowLimits.InitialWindow(536));
        Assert.Equal(1 << 30, WindowLimits.Clamp(1e12, Mss, 1));
    }
}
