using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class CheapestFirstTests
{
    [Fact]
    public void Without_a_target_it_waits_for_the_cheap_one_until_that_is_unusable()
    {
        IScheduler handover = Create("handover");
        Assert.Equal("0:10000", handover.PickOf(Send(), Subflow(0, 80), Dear(1, 20)));
        Assert.Equal("wait", handover.PickOf(Send(), Subflow(0, 80, 10, 10), Dear(1, 20)));
        Assert.Equal("1:10000", handover.PickOf(Send(), Subflow(0, 80) with { Stale = true }, Dear(1, 20)));
        Assert.Equal("1:10000", handover.PickOf(Send(), Subflow(0, 80) with { Usable = false }, Dear(1, 20)));
        Assert.Equal("2:10000", handover.PickOf(Send(), Subflow(0, 80), Dear(1, 20), Subflow(2, 30)));
    }

    /// <remarks>The cheap path: 80 ms, 10 segments a window, so 125 segments a second and 40 ms one way.</remarks>
    [Theory]
    [InlineData(10, 0, 40, "0:10000")] // fits the window: 40 ms
    [InlineData(10, 0, 39, "1:10000")]
    [InlineData(20, 0, 120, "0:10000")] // 10 too many: 80 ms more
    [InlineData(20, 0, 119, "0:10000")] // both together: 20 fit both windows; the cheap one's share goes first
    [InlineData(10, 5, 45, "0:10000")] // 5 ms old
    [InlineData(10, 6, 45, "0:10000")] // too old for the cheap one alone, but it has room, and the dear one takes what it has not
    public void Admits_the_dearer_one_when_the_latency_would_be_missed(int unsent, int ageMs, int targetMs, string expected) =>
        Assert.Equal(
            expected,
            WithLatency(targetMs).PickOf(Send(unsent, nowMs: 1000, writtenMs: 1000 - ageMs), Subflow(0, 80), Dear(1, 20)));

    [Fact]
    public void Once_the_cheap_window_is_full_the_target_decides_between_waiting_and_paying()
    {
        SubflowView full = Subflow(0, 80, 10, 10);
        Assert.Equal("wait", WithLatency(120).PickOf(Send(10), full, Dear(1, 20)));
        Assert.Equal("1:10000", WithLatency(119).PickOf(Send(10), full, Dear(1, 20)));
    }

    [Fact]
    public void Admits_classes_from_the_cheapest_up_until_the_rate_is_reached()
    {
        // 125,000, 200,000 and 500,000 bytes a second.
        SubflowView[] paths = [Subflow(0, 80, 10, 10), Dear(1, 50), Subflow(2, 20) with { CostClass = 9 }];
        Assert.Equal("wait", WithRate(125_000).PickOf(Send(), paths));
        Assert.Equal("1:10000", WithRate(125_001).PickOf(Send(), paths));
        paths[1] = Dear(1, 50) with { QueuedBytes = 10 * Mss, Space = 0 };
        Assert.Equal("wait", WithRate(325_000).PickOf(Send(), paths));
        Assert.Equal("2:10000", WithRate(325_001).PickOf(Send(), paths));
    }

    [Fact]
    public void If_all_together_miss_the_target_all_are_used_and_the_cheapest_first()
    {
        Assert.Equal("0:10000", WithRate(10_000_000).PickOf(Send(), Subflow(0, 80), Dear(1, 50)));
        Assert.Equal("1:10000", WithRate(10_000_000).PickOf(Send(), Subflow(0, 80, 10, 10), Dear(1, 50)));
    }

    [Fact]
    public void Interactive_leaves_the_cheap_path_when_its_round_trip_or_timeout_is_out_of_bounds()
    {
        IScheduler interactive = Create("interactive");
        Assert.Equal("0:10000", interactive.PickOf(Send(), Subflow(0, 600), Dear(1, 20)));
        Assert.Equal("1:10000", interactive.PickOf(Send(), Subflow(0, 601), Dear(1, 20)));
        SubflowView backedOff = Subflow(0, 80) with { Rto = Duration.FromMillis(1501) };
        Assert.Equal("1:10000", interactive.PickOf(Send(), backedOff, Dear(1, 20)));
        Assert.Equal("0:10000", interactive.PickOf(Send(), backedOff, Dear(1, 601)));
    }

    private static SubflowView Dear(int id, int srttMs) => Subflow(id, srttMs) with { CostClass = 1 };

    private static IScheduler WithLatency(int ms) => Create("cheapestFirst", new() { LatencyTarget = Duration.FromMillis(ms) });

    private static IScheduler WithRate(long bytesPerSecond) => Create("cheapestFirst", new() { RateTarget = bytesPerSecond });
}
