using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Rank;

public sealed class ObjectiveTests
{
    [Fact]
    public void Latency_takes_the_lowest_round_trip_and_leaves_it_only_for_a_much_better_one()
    {
        var host = new RankedHost(Policy("latency"));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(0, Path(Wifi, 50), Path(Lte, 40)));
        Assert.Equal("lte: rtt 40 ms", host.ReasonOf(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(1, Path(Wifi, 32), Path(Lte, 40)));
        Assert.Null(host.NextDeadline);
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(2, Path(Wifi, 31.9), Path(Lte, 40)));
        Assert.Equal(At(2.3), host.NextDeadline);
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(2.3, Path(Wifi, 31.9), Path(Lte, 40)));
        Assert.Equal("wifi: rtt 31.9 ms; planned handover 1 of 6 in an hour", host.ReasonOf(Wifi));
    }

    [Fact]
    public void Latency_forgets_a_challenger_that_falls_back()
    {
        var host = new RankedHost(Policy("latency"));
        host.Report(0, Path(Wifi, 50), Path(Lte, 40));
        host.Report(1, Path(Wifi, 10), Path(Lte, 40));
        host.Report(1.2, Path(Wifi, 39), Path(Lte, 40));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(1.4, Path(Wifi, 10), Path(Lte, 40)));
        Assert.Equal(At(1.7), host.NextDeadline);
    }

    [Fact]
    public void Latency_goes_by_preference_while_nothing_is_measured_and_the_unmeasured_replace_nothing()
    {
        var host = new RankedHost(Policy("latency"));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(0, Path(Lte), Path(Wifi)));
        Assert.Equal("wifi: rtt unknown, preference 1", host.ReasonOf(Wifi));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(60, Path(Lte, 5), Path(Wifi)));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(120, Path(Lte), Path(Wifi, 900)));
    }

    [Fact]
    public void Cost_takes_the_cheapest_path_that_keeps_the_target()
    {
        var host = new RankedHost(Policy("cost", target: ", target: {rttMs: 100}"));
        Assert.Equal("wlan0 active, wwan0 backup, sat0 backup", host.Report(0, Path(Wifi, 90), Path(Lte, 20), Path(Sat, 20)));
        Assert.Equal("wifi: free", host.ReasonOf(Wifi));
        host.Report(1, Path(Wifi, 130), Path(Lte, 20), Path(Sat, 20));
        Assert.Equal("wwan0 active, sat0 backup, wlan0 backup", host.Report(2, Path(Wifi, 130), Path(Lte, 20), Path(Sat, 20)));
        Assert.Equal(
            "lte: costs 3.50 EUR per GiB; forced: wifi rtt 130 ms > target 100 ms for 300ms since 12:00:01.0, "
            + "usable after 10s without a bad value",
            host.ReasonOf(Lte));
    }

    [Fact]
    public void Aggregate_uses_every_usable_path_in_the_order_of_preference()
    {
        var host = new RankedHost(Policy("aggregate"));
        Assert.Equal("wlan0 active, wwan0 active, sat0 backup", host.Report(0, Path(Lte, 5), Path(Wifi, 90), Path(Sat)));
        Assert.Equal("wwan0 active, sat0 backup, wlan0 backup", host.Report(1, Path(Lte), Path(Wifi, state: PathState.Silent), Path(Sat)));
        host.Report(2, Path(Lte), Path(Wifi), Path(Sat));
        Assert.Equal("wlan0 active, wwan0 active, sat0 backup", host.Report(12, Path(Lte), Path(Wifi), Path(Sat)));
        Assert.Empty(host.Memory.PlannedHandovers);
    }

    [Fact]
    public void The_budget_limits_planned_handovers_and_frees_them_after_an_hour()
    {
        var host = new RankedHost(Policy(more: "  handover: {budgetPerHour: 1, upAfter: 1s}"));
        host.Report(0, Path(Wifi), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(1, Path(Wifi, state: PathState.LinkDown), Path(Lte)));
        host.Report(2, Path(Wifi), Path(Lte));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(3, Path(Wifi), Path(Lte)));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(4, Path(Wifi, state: PathState.LinkDown), Path(Lte)));
        host.Report(5, Path(Wifi), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(6, Path(Wifi), Path(Lte)));
        Assert.Equal(At(3603), host.NextDeadline);
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(3603, Path(Wifi), Path(Lte)));
    }

    [Fact]
    public void A_budget_of_nothing_forbids_planned_handovers_but_not_forced_ones()
    {
        var host = new RankedHost(Policy(more: "  handover: {budgetPerHour: 0, upAfter: 1s}"));
        host.Report(0, Path(Wifi), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(1, Path(Wifi, state: PathState.LinkDown), Path(Lte)));
        host.Report(2, Path(Wifi), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(9999, Path(Wifi), Path(Lte)));
        Assert.Null(host.NextDeadline);
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(10000, Path(Wifi), Path(Lte, state: PathState.Silent)));
    }

    [Fact]
    public void A_better_path_that_the_budget_refuses_waits_without_waking_anybody()
    {
        var host = new RankedHost(Policy("latency", "  handover: {budgetPerHour: 0}"));
        host.Report(0, Path(Wifi, 50), Path(Lte, 40));
        host.Report(1, Path(Wifi, 10), Path(Lte, 40));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(1.3, Path(Wifi, 10), Path(Lte, 40)));
        Assert.Null(host.NextDeadline);
        var memory = host.Memory;
        host.Report(1.4, Path(Wifi, 10), Path(Lte, 40));
        Assert.Null(host.NextDeadline);
        Assert.Same(memory, host.Memory);
    }

    [Fact]
    public void Absurd_times_and_paths_told_twice_do_no_harm()
    {
        var host = new RankedHost(Policy("latency"));
        var paths = new[] { Path(Wifi, double.NaN, double.NaN), Path(Lte, 40), Path(Lte, 50), Path(Sat, -1, double.PositiveInfinity) };
        Assert.Equal("wwan0 active, wlan0 backup, sat0 backup", host.Report(0, paths));
        Assert.Equal("wwan0 active, wlan0 backup, sat0 backup", host.Report(1, paths));
    }
}
