using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

/// <summary>BLEST's estimate and what follows from it, computed by hand.</summary>
public sealed class BlestTests
{
    /// <remarks>Segments f sends in r round trips: (W + (r - 1) / 2) r, times λ and 1,000 bytes.</remarks>
    [Theory]
    [InlineData(20, 10, 100, 1000, 60_000)] // r = 5: (10 + 2) * 5 = 60
    [InlineData(20, 10, 100, 1200, 72_000)]
    [InlineData(20, 10, 101, 1000, 72_000)] // r = 6: (10 + 2) * 6 = 72
    [InlineData(20, 10, 20, 1300, 13_000)] // r = 1
    [InlineData(20, 10, 5, 1000, 10_000)] // at least one
    public void Estimates_what_the_fast_one_sends_in_the_meantime(int fastMs, int window, int timeMs, int lambda, long expected) =>
        Assert.Equal(expected, Blest.FastBytes(Subflow(0, fastMs, window), Duration.FromMillis(timeMs), lambda));

    [Fact]
    public void A_window_in_its_first_slow_start_doubles()
    {
        SubflowView starting = Subflow(0, 20) with { SlowStartThreshold = int.MaxValue };
        Assert.Equal(70_000, Blest.FastBytes(starting, Duration.FromMillis(60), 1000)); // 10 + 20 + 40
        Assert.Equal(655_350_000, Blest.FastBytes(starting, Duration.Max, 1000)); // at most 16 doublings
    }

    /// <remarks>f sends 60 segments in 100 ms, times 1.2 is 72; the slow one's queue and one segment must fit beside them.</remarks>
    [Theory]
    [InlineData(72, 0, "wait")]
    [InlineData(73, 0, "1:1000")]
    [InlineData(79, 0, "1:7000")]
    [InlineData(500, 0, "1:8000")]
    [InlineData(77, 5, "wait")]
    [InlineData(78, 5, "1:1000")]
    [InlineData(80, 9, "wait")]
    [InlineData(500, 9, "1:1000")]
    public void Leaves_the_slow_one_idle_if_its_bytes_would_stop_the_fast_one(int window, int queued, string expected) =>
        Assert.Equal(expected, new Blest().PickOf(Send(window: window), Subflow(0, 20, 10, 10), Subflow(1, 100, 10, queued)));

    [Fact]
    public void Uses_the_fast_one_whatever_the_window() =>
        Assert.Equal("0:3000", new Blest().PickOf(Send(window: 1), Subflow(0, 20, 10, 7), Subflow(1, 100)));

    [Fact]
    public void Lambda_rises_when_the_window_was_in_the_way_and_falls_else_once_in_a_round_trip_within_bounds()
    {
        var blest = new Blest();
        int LambdaAt(int ms)
        {
            blest.PickOf(Send(nowMs: ms), Subflow(0, 20, 10, 10), Subflow(1, 100));
            return blest.LambdaMille;
        }

        Assert.Equal(1200, LambdaAt(1000));
        Assert.Equal(1200, LambdaAt(1099));
        Assert.Equal(1190, LambdaAt(1100));
        blest.HandleWindowLimited();
        Assert.Equal(1190, LambdaAt(1199));
        Assert.Equal(1230, LambdaAt(1200));
        Assert.Equal(1220, LambdaAt(1300));
        for (int ms = 1400; ms < 6000; ms += 100)
        {
            LambdaAt(ms);
        }

        Assert.Equal(1000, LambdaAt(6000));
        for (int ms = 6100; ms < 7000; ms += 100)
        {
            blest.HandleWindowLimited();
            LambdaAt(ms);
        }

        Assert.Equal(1300, blest.LambdaMille);
    }
}
