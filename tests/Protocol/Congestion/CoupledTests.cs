using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Congestion;

/// <summary>The increases of LIA (RFC 6356 section 3) and OLIA (CoNEXT 2012), computed by hand. Segments of 1,000 bytes.</summary>
public sealed class CoupledTests
{
    private const int Mss = 1000;
    private readonly CoupledGroup _group = new();

    /// <remarks>α = total · max(w / rtt²) / (Σ w / rtt)², windows in segments and times in ms (the unit cancels).</remarks>
    [Theory]
    [InlineData(10, 20, 10, 20, 0.5)] // 20 · (10/400) / (0.5 + 0.5)²
    [InlineData(10, 20, 10, 40, 20 * 0.025 / (0.75 * 0.75))]
    [InlineData(30, 10, 10, 100, 40 * 0.3 / (3.1 * 3.1))]
    [InlineData(2, 100, 50, 10, 52 * 0.5 / (5.02 * 5.02))]
    public void Lia_links_windows_by_alpha(int window1, int rtt1, int window2, int rtt2, double alpha)
    {
        Made(new Lia(_group), window1, rtt1);
        Made(new Lia(_group), window2, rtt2);
        Assert.Equal(alpha, _group.Alpha, 9);
    }

    [Fact]
    public void Lia_alone_is_Reno()
    {
        Lia lia = Made(new Lia(_group), 10, 20);
        Assert.Equal(1, _group.Alpha, 9);
        Assert.Equal(9, SegmentsUntilGrowth(lia, 20));
    }

    [Fact]
    public void Two_equal_paths_of_Lia_grow_like_one_Reno_of_both_windows_with_half_its_weight()
    {
        // α = 1/2: each ACKed segment adds 0.5/20 of one, so 40 make one. A Reno on each path would need 10.
        Lia lia = Made(new Lia(_group), 10, 20);
        Made(new Lia(_group), 10, 20);
        Assert.Equal(39, SegmentsUntilGrowth(lia, 20));
    }

    [Fact]
    public void No_path_of_Lia_grows_faster_than_a_Reno_on_it()
    {
        // α / total = 0.025 / (0.5 + 0.25)² = 0.0444 a segment: below the 0.1 of a Reno with 10, above the 0.01 of one with 100.
        Lia small = Made(new Lia(_group), 10, 20);
        Lia large = Made(new Lia(_group), 100, 400);
        Assert.Equal(99, SegmentsUntilGrowth(large, 400));
        _group.Remove(large);
        Made(new Lia(_group), 100, 400);
        Assert.Equal(22, SegmentsUntilGrowth(small, 20));
    }

    /// <remarks>B: highest ℓ / rtt²; M: largest window. n = 2.</remarks>
    [Theory]
    [InlineData(10, 20, 100, 20, 20, 50, 0.5, -0.5)] // the first is best, the second largest
    [InlineData(10, 20, 50, 20, 20, 100, 0, 0)] // the best is the largest
    [InlineData(10, 20, 100, 10, 20, 50, 0, 0)] // both are the largest
    [InlineData(10, 20, 100, 20, 40, 390, 0.5, -0.5)] // 100/400 > 390/1600
    [InlineData(10, 20, 100, 20, 40, 410, 0, 0)]
    public void Olia_shifts_window_to_the_best_path(
        int window1, int rtt1, int delivered1, int window2, int rtt2, int delivered2, double shift1, double shift2)
    {
        Olia first = Made(new Olia(_group), window1, rtt1, delivered1);
        Olia second = Made(new Olia(_group), window2, rtt2, delivered2);
        Assert.Equal((shift1, shift2), (first.Shift(), second.Shift()));
    }

    [Fact]
    public void The_shifts_of_Olia_sum_to_nothing()
    {
        Olia[] paths =
        [
            Made(new Olia(_group), 40, 20, 10), Made(new Olia(_group), 40, 50, 10), Made(new Olia(_group), 10, 20, 90),
            Made(new Olia(_group), 12, 20, 90), Made(new Olia(_group), 30, 80, 90),
        ];
        Assert.Equal([-0.1, -0.1, 0.1, 0.1, 0], paths.Select(p => p.Shift()));
    }

    [Fact]
    public void Olia_counts_the_larger_of_the_last_two_intervals_between_losses()
    {
        Olia olia = Made(new Olia(_group), 10, 20, 300);
        Assert.Equal(300_000, olia.LossInterval);
        Lose(olia);
        Ack(olia, 20, 100);
        Assert.Equal(300_000, olia.LossInterval);
        Lose(olia);
        Assert.Equal(100_000, olia.LossInterval);
        olia.HandleTimeout(Loss(10_000) with { IsFirstTimeout = false });
        Assert.Equal(100_000, olia.LossInterval);
    }

    [Fact]
    public void A_path_of_Olia_may_fall_to_one_segment_if_there_is_another()
    {
        Olia olia = Made(new Olia(_group), 2, 20);
        olia.HandleLoss(Loss(2_000));
        Assert.Equal(2_000, olia.Window);
        Made(new Olia(_group), 2, 20);
        olia.HandleLoss(Loss(2_000));
        Assert.Equal(1_000, olia.Window);
    }

    [Fact]
    public void One_that_is_gone_or_has_no_round_trip_yet_does_not_count()
    {
        Lia lia = Made(new Lia(_group), 10, 20);
        Lia gone = Made(new Lia(_group), 10, 20);
        _ = new Lia(_group);
        Assert.Equal(0.5, _group.Alpha, 9);
        _group.Remove(gone);
        _group.Remove(new NewReno());
        Assert.Equal(1, _group.Alpha, 9);
        Assert.Equal(2, _group.Count);
        Assert.Equal(9, SegmentsUntilGrowth(lia, 20));
    }

    [Fact]
    public void A_window_that_is_not_the_limit_does_not_grow()
    {
        Lia lia = Made(new Lia(_group), 10, 20);
        for (int i = 0; i < 100; i++)
        {
            lia.HandleAck(Sample(20, Mss) with { IsWindowLimited = false });
        }

        Assert.Equal(10_000, lia.Window);
    }

    [Fact]
    public void A_spurious_timeout_gives_the_window_back_and_idleness_takes_it()
    {
        Lia lia = Made(new Lia(_group), 20, 20);
        lia.HandleTimeout(Loss(20_000) with { IsFirstTimeout = true });
        Assert.Equal((1_000, 10_000), (lia.Window, lia.SlowStartThreshold));
        lia.HandleSpuriousLoss(default);
        Assert.Equal((20_000, 20_000), (lia.Window, lia.SlowStartThreshold));
        lia.HandleIdle(5_000, Duration.FromSeconds(3), default);
        Assert.Equal(5_000, lia.Window);
    }

    [Fact]
    public void All_names_make_what_they_say()
    {
        Assert.All(CongestionControls.Names, name =>
        {
            Assert.True(CongestionControls.TryCreate(name, _group, out ICongestionControl? control));
            Assert.Equal(name, control.Name);
        });
        Assert.False(CongestionControls.TryCreate("bbr", _group, out _));
    }

    /// <summary>
    /// Brings a control to a window in congestion avoidance, a round-trip time and so many delivered segments since the last loss.
    /// </summary>
    private static T Made<T>(T control, int window, int rttMs, int delivered = 0)
        where T : CoupledControl
    {
        control.HandleSegmentSize(Mss, default);
        control.HandleLoss(Loss(2 * window * Mss));
        control.HandleAck(Sample(rttMs, 1) with { IsRoundStart = true, IsWindowLimited = false });
        control.HandleLoss(Loss(2 * window * Mss));
        control.HandleLoss(Loss(2 * window * Mss));
        Assert.Equal(window * Mss, control.Window);
        if (delivered > 0)
        {
            Ack(control, rttMs, delivered);
        }

        return control;
    }

    private static void Ack(CoupledControl control, int rttMs, int segments) =>
        control.HandleAck(Sample(rttMs, segments * Mss) with { IsWindowLimited = false });

    private static void Lose(CoupledControl control) => control.HandleLoss(Loss(control.Window));

    /// <summary>ACKed segments after which the window is still the same; one more makes it grow.</summary>
    private static int SegmentsUntilGrowth(CoupledControl control, int rttMs)
    {
        int window = control.Window;
        int segments = 0;
        while (true)
        {
            control.HandleAck(Sample(rttMs, Mss));
            if (control.Window != window)
            {
                Assert.Equal(window + Mss, control.Window);
                return segments;
            }

            segments++;
        }
    }

    private static LossSample Loss(int inFlight) => new()
    {
        Now = default,
        InFlight = inFlight,
        Mss = Mss,
        SmoothedRtt = default,
        IsFirstTimeout = false,
    };

    private static AckSample Sample(int rttMs, int bytes) => new()
    {
        Now = default,
        AckedBytes = bytes,
        InFlightBefore = bytes,
        Rtt = Duration.FromMillis(rttMs),
        SmoothedRtt = Duration.FromMillis(rttMs),
        MinRtt = Duration.FromMillis(rttMs),
        Mss = Mss,
        IsWindowLimited = true,
        IsRoundStart = false,
    };
}
