using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Rank;

public sealed class HandoverTests
{
    private readonly RankedHost _host = new(Policy());

    [Fact]
    public void The_preferred_path_carries_and_the_others_stand_by()
    {
        Assert.Equal("wlan0 active, wwan0 backup, sat0 backup", _host.Report(0, Path(Lte, 20), Path(Wifi, 60), Path(Sat)));
        Assert.Equal("wifi: preference 1", _host.ReasonOf(Wifi));
        Assert.Null(_host.NextDeadline);
    }

    [Fact]
    public void A_lossy_path_is_left_after_downAfter_and_the_reason_says_so()
    {
        _host.Report(0, Path(Wifi), Path(Lte));
        Assert.Equal("wlan0 active, wwan0 backup", _host.Report(1.2, Path(Wifi, loss: 30), Path(Lte)));
        Assert.Equal(At(1.5), _host.NextDeadline);
        Assert.Equal("wlan0 active, wwan0 backup", _host.Report(1.4, Path(Wifi, loss: 30), Path(Lte)));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(1.5, Path(Wifi, loss: 30), Path(Lte)));
        const string Cause = "30% loss > 20% for 300ms since 12:00:01.2, usable after 10s without a bad value";
        Assert.Equal($"lte: preference 2; forced: wifi {Cause}", _host.ReasonOf(Lte));
        Assert.Equal($"wifi: preference 1; {Cause}", _host.ReasonOf(Wifi));
        Assert.Empty(_host.Memory.PlannedHandovers);
    }

    [Fact]
    public void Loss_that_pauses_starts_the_timer_anew()
    {
        _host.Report(0, Path(Wifi), Path(Lte));
        _host.Report(1.0, Path(Wifi, loss: 30), Path(Lte));
        _host.Report(1.2, Path(Wifi, loss: 20), Path(Lte));
        _host.Report(1.3, Path(Wifi, loss: 30), Path(Lte));
        Assert.Equal("wlan0 active, wwan0 backup", _host.Report(1.5, Path(Wifi, loss: 30), Path(Lte)));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(1.6, Path(Wifi, loss: 30), Path(Lte)));
    }

    [Theory]
    [InlineData(PathState.LinkDown, "lte: preference 2; forced: wifi link down since 12:00:01.0")]
    [InlineData(PathState.Silent, "lte: preference 2; forced: wifi sent data unacknowledged since 12:00:01.0")]
    public void A_dead_path_is_left_at_once(PathState state, string reason)
    {
        _host.Report(0, Path(Wifi), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(1, Path(Wifi, state: state), Path(Lte)));
        Assert.Equal(reason, _host.ReasonOf(Lte));
        Assert.Null(_host.NextDeadline);
    }

    [Fact]
    public void A_path_that_vanished_is_left_at_once()
    {
        _host.Report(0, Path(Wifi), Path(Lte));
        Assert.Equal("wwan0 active", _host.Report(1, Path(Lte)));
        Assert.Equal("lte: preference 2; forced: the path in use is gone", _host.ReasonOf(Lte));
    }

    [Fact]
    public void A_path_comes_back_after_upAfter_of_good_values()
    {
        _host.Report(0, Path(Wifi), Path(Lte));
        _host.Report(1, Path(Wifi, state: PathState.LinkDown), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(5, Path(Wifi), Path(Lte)));
        Assert.Equal(At(15), _host.NextDeadline);
        _host.Report(8, Path(Wifi, loss: 50), Path(Lte));
        Assert.Null(_host.NextDeadline);
        _host.Report(9, Path(Wifi), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(18.9, Path(Wifi), Path(Lte)));
        Assert.Equal("wlan0 active, wwan0 backup", _host.Report(19, Path(Wifi), Path(Lte)));
        Assert.Equal(
            "wifi: preference 1; not measured, tried after 10s without a bad value; planned handover 1 of 6 in an hour",
            _host.ReasonOf(Wifi));
        Assert.Equal<DateTimeOffset>([At(19)], _host.Memory.PlannedHandovers);
    }

    [Fact]
    public void A_new_path_waits_like_one_that_came_back()
    {
        _host.Report(0, Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(1, Path(Wifi), Path(Lte)));
        Assert.Equal("wlan0 active, wwan0 backup", _host.Report(11, Path(Wifi), Path(Lte)));
    }

    [Fact]
    public void When_no_path_is_usable_the_one_in_use_stays()
    {
        _host.Report(0, Path(Wifi), Path(Lte, loss: 40));
        Assert.Equal("wlan0 active, wwan0 backup", _host.Report(1, Path(Wifi, loss: 90), Path(Lte, loss: 40)));
        Assert.Equal("wlan0 active, wwan0 backup", _host.Report(2, Path(Wifi, loss: 90), Path(Lte, loss: 40)));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(3, Path(Wifi, loss: 90), Path(Lte, loss: 1)));
        var (wifi, lte) = (Path(Wifi, state: PathState.LinkDown), Path(Lte, state: PathState.LinkDown));
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(4, wifi, lte));
    }

    [Fact]
    public void A_backup_path_stands_in_only_while_no_other_is_usable()
    {
        _host.Report(0, Path(Wifi), Path(Sat));
        Assert.Equal("sat0 active, wlan0 backup", _host.Report(1, Path(Wifi, state: PathState.LinkDown), Path(Sat)));
        Assert.Equal(
            "sat: preference 3; stands in because no path that may be active is usable; forced: wifi link down since 12:00:01.0",
            _host.ReasonOf(Sat));
        _host.Report(2, Path(Wifi), Path(Sat));
        Assert.Equal("wlan0 active, sat0 backup", _host.Report(12, Path(Wifi), Path(Sat)));
    }

    [Fact]
    public void A_path_of_no_class_is_avoided_unless_there_are_no_classes()
    {
        var eth = Path(Key("eth0", "10.9.0.2"));
        Assert.Equal("wlan0 active, eth0 avoid", _host.Report(0, eth, Path(Wifi)));
        Assert.Equal("other: matches no path class of the policy", _host.ReasonOf(eth.Path));
        var free = new RankedHost(Policy() with { Paths = [] });
        Assert.Equal("eth0 active, wlan0 backup", free.Report(0, Path(Wifi), eth));
    }

    [Fact]
    public void Between_equals_the_path_in_use_stays()
    {
        var (a, b) = (Key("wlan1", "10.1.1.2"), Wifi);
        _host.Report(0, Path(a), Path(b));
        Assert.Equal("wlan1 active, wlan0 backup", _host.Report(1, Path(a), Path(b, state: PathState.LinkDown)));
        _host.Report(2, Path(a), Path(b));
        Assert.Equal("wlan1 active, wlan0 backup", _host.Report(60, Path(a), Path(b)));
        Assert.Equal("wifi(wlan1/10.1.1.2): preference 1; forced: wifi(wlan0/10.1.0.2) link down since 12:00:01.0", _host.ReasonOf(a));
    }

    [Fact]
    public void The_plan_stays_the_same_object_while_only_values_change()
    {
        _host.Report(0, Path(Wifi, 20, 1), Path(Lte, 60));
        var first = _host.Content;
        _host.Report(5, Path(Wifi, 35, 4), Path(Lte, 50, 2));
        Assert.Same(first, _host.Content);
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_stop_the_timers()
    {
        _host.Report(100, Path(Wifi), Path(Lte));
        _host.Report(100, Path(Wifi, loss: 30), Path(Lte));
        _host.Report(1, Path(Wifi, loss: 30), Path(Lte));
        Assert.Equal(At(1.3), _host.NextDeadline);
        Assert.Equal("wwan0 active, wlan0 backup", _host.Report(1.3, Path(Wifi, loss: 30), Path(Lte)));
    }

    [Fact]
    public void The_limit_of_subflows_caps_active_and_backup()
    {
        _host.Policy = _host.Policy with { Limits = new PlanLimits(2, 0) };
        Assert.Equal("wlan0 active, wwan0 backup, sat0 avoid", _host.Report(0, Path(Wifi), Path(Lte), Path(Sat)));
        Assert.Equal("sat: over the limit of 2 subflows", _host.ReasonOf(Sat));
        var wifi = Path(Wifi, state: PathState.LinkDown);
        Assert.Equal("wwan0 active, sat0 backup, wlan0 avoid", _host.Report(1, wifi, Path(Lte), Path(Sat)));
    }

    [Fact]
    public void A_host_without_paths_has_an_empty_plan() => Assert.Equal("", _host.Report(0));
}
