using Multipath.Protocol.Congestion;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Congestion;

/// <summary>RFC 9438 and RFC 9406.</summary>
public class CubicTests
{
    private const int Mss = 1_000;
    private readonly Cubic _cubic = new();
    private readonly AckSamples _acks;

    public CubicTests()
    {
        _cubic.HandleSegmentSize(Mss, default);
        _acks = new AckSamples(_cubic, Mss);
    }

    private void GrowTo(int window)
    {
        while (_cubic.Window < window)
        {
            _acks.RoundTrip();
        }
    }

    [Fact]
    public void Slow_start_doubles_while_the_round_trip_stays()
    {
        _acks.RoundTrip();
        _acks.RoundTrip();
        Assert.Equal(40_000, _cubic.Window);
    }

    [Fact]
    public void A_growing_round_trip_slows_and_then_ends_slow_start_without_a_loss()
    {
        GrowTo(160_000);
        _acks.RoundTrip(100);
        var before = _cubic.Window;
        _acks.RoundTrip(120);
        Assert.InRange(_cubic.Window, before + 1, (2 * before) - 1);
        for (var i = 0; i < 6; i++)
        {
            _acks.RoundTrip(120 + i);
        }

        Assert.NotEqual(int.MaxValue, _cubic.SlowStartThreshold);
        Assert.True(_cubic.Window < 32 * before);
    }

    [Fact]
    public void A_round_trip_that_falls_back_resumes_slow_start()
    {
        GrowTo(160_000);
        _acks.RoundTrip(100);
        _acks.RoundTrip(120);
        _acks.RoundTrip(100);
        _acks.RoundTrip(100);
        Assert.Equal(int.MaxValue, _cubic.SlowStartThreshold);
    }

    [Fact]
    public void A_loss_leaves_seven_tenths()
    {
        GrowTo(160_000);
        _cubic.HandleLoss(_acks.Loss());
        Assert.Equal(112_000, _cubic.Window);
        Assert.Equal(112_000, _cubic.SlowStartThreshold);
    }

    [Fact]
    public void The_window_is_back_after_the_time_k_and_flat_there()
    {
        // K = cbrt(160 * 0.3 / 0.4) = 4.93 s.
        GrowTo(160_000);
        _cubic.HandleLoss(_acks.Loss());
        _cubic.HandleRecovered(_acks.Now);
        for (var i = 0; i < 25; i++)
        {
            _acks.RoundTrip();
        }

        Assert.InRange(_cubic.Window, 148_000, 158_000);
        for (var i = 0; i < 24; i++)
        {
            _acks.RoundTrip();
        }

        Assert.InRange(_cubic.Window, 158_000, 161_000);
        for (var i = 0; i < 50; i++)
        {
            _acks.RoundTrip();
        }

        Assert.InRange(_cubic.Window, 195_000, 220_000);
    }

    [Fact]
    public void On_a_short_path_it_is_no_slower_than_reno()
    {
        GrowTo(20_000);
        _cubic.HandleLoss(_acks.Loss());
        _cubic.HandleRecovered(_acks.Now);
        var start = _cubic.Window;
        for (var i = 0; i < 100; i++)
        {
            _acks.RoundTrip(5);
        }

        // Reno that loses as little: 3 * 0.3 / 1.7 segments in a round trip, and a whole one above the old window.
        Assert.True(_cubic.Window > start + 60_000, $"{_cubic.Window}");
    }

    [Fact]
    public void Fast_convergence_leaves_room_after_a_second_loss()
    {
        GrowTo(160_000);
        _cubic.HandleLoss(_acks.Loss());
        _cubic.HandleRecovered(_acks.Now);
        _cubic.HandleLoss(_acks.Loss());
        _cubic.HandleRecovered(_acks.Now);

        // The plateau is at 112 * 0.85 = 95.2 segments, not at 112.
        for (var i = 0; i < 35; i++)
        {
            _acks.RoundTrip();
        }

        Assert.InRange(_cubic.Window, 93_000, 97_000);
    }

    [Fact]
    public void After_a_timeout_the_function_starts_flat_where_slow_start_ended()
    {
        // RFC 9438 section 4.8: K = 0 and Wmax = 140 segments, so that 4 s later it is at 140 + 0.4 * 4^3 = 165.6 of them.
        GrowTo(160_000);
        GrowTo(200_000);
        var before = _cubic.Window;
        _cubic.HandleTimeout(_acks.Loss(isFirstTimeout: true));
        Assert.Equal(Mss, _cubic.Window);
        var threshold = _cubic.SlowStartThreshold;
        Assert.Equal((int)(before * 0.7), threshold);
        GrowTo(threshold);
        var start = _cubic.Window;
        for (var i = 0; i < 40; i++)
        {
            _acks.RoundTrip();
        }

        Assert.InRange(_cubic.Window, start + 25_000, start + 28_000);
    }

    [Fact]
    public void A_loss_after_a_timeout_is_one_like_any_other()
    {
        // In slow start after it, at 64 segments: the plateau is at 64 * 0.85 = 54.4, and K = cbrt((54.4 - 44.8) / 0.4) = 2.88 s. Of a
        // function that starts flat Reno's pace alone would be left after 0.8 s, 49 segments.
        GrowTo(160_000);
        _cubic.HandleTimeout(_acks.Loss(isFirstTimeout: true));
        GrowTo(64_000);
        _cubic.HandleLoss(_acks.Loss());
        _cubic.HandleRecovered(_acks.Now);
        for (var i = 0; i < 8; i++)
        {
            _acks.RoundTrip();
        }

        Assert.InRange(_cubic.Window, 50_000, 51_000);
    }

    [Fact]
    public void A_needless_timeout_leaves_the_function_as_it_was()
    {
        // K = cbrt(160 * 0.3 / 0.4) = 4.93 s, and the plateau is at 160 segments, as if there had been no timeout.
        GrowTo(160_000);
        _cubic.HandleLoss(_acks.Loss());
        _cubic.HandleRecovered(_acks.Now);
        _cubic.HandleTimeout(_acks.Loss(isFirstTimeout: true));
        _acks.RoundTrip();
        _cubic.HandleSpuriousLoss(_acks.Now);
        Assert.Equal(112_000, _cubic.Window);
        for (var i = 0; i < 49; i++)
        {
            _acks.RoundTrip();
        }

        Assert.InRange(_cubic.Window, 158_000, 161_000);
    }

    [Fact]
    public void An_error_is_taken_back()
    {
        GrowTo(160_000);
        _cubic.HandleTimeout(_acks.Loss(isFirstTimeout: true));
        Assert.Equal(Mss, _cubic.Window);
        _cubic.HandleSpuriousLoss(_acks.Now);
        Assert.Equal(160_000, _cubic.Window);
        Assert.Equal(int.MaxValue, _cubic.SlowStartThreshold);
    }
}
