using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Model.PathRole;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Realise;

/// <summary>Connections that the peer opened: it makes the subflows.</summary>
public sealed class ServerSideTests
{
    private static readonly PlanContent Plan = Plans.Of((Wifi, Active), (Lte, Active), (Sat, Backup));

    private readonly DataPlaneModel _server = new(Wifi, Lte, Sat) { ServerSide = true };

    [Fact]
    public void The_other_addresses_that_the_plan_uses_are_announced_once()
    {
        Assert.Equal("announce wwan0 id 1, announce sat0 id 2", _server.Step(Plan, 0));
        Assert.Equal("", _server.Step(Plan, 1));
        Assert.Null(_server.NextDeadline);
    }

    [Fact]
    public void What_the_plan_avoids_or_has_no_class_for_or_no_room_is_not_announced()
    {
        Assert.Equal("announce wwan0 id 1", _server.Step(Plans.Of((Wifi, Active), (Lte, Active), (Sat, Avoid)), 0));
        var other = Plan with
        {
            Classes =
            [
                Plan.Classes[0] with { Paths = Plan.Classes[0].Paths.Select(p => p with { PathClass = "other" }).ToEquatableArray() },
            ],
        };
        Assert.Equal("", new DataPlaneModel(Wifi, Lte, Sat) { ServerSide = true }.Step(other, 0));
        var two = Plans.Of(new PlanLimits(2, 8), (Wifi, Active), (Lte, Active), (Sat, Backup));
        Assert.Equal("announce wwan0 id 1", new DataPlaneModel(Wifi, Lte, Sat) { ServerSide = true }.Step(two, 0));
        Assert.Equal("", new DataPlaneModel(Wifi, Key("eth6", "2001:db8::2")) { ServerSide = true }.Step(
            Plans.Of((Wifi, Active), (Key("eth6", "2001:db8::2"), Active)), 0));
    }

    [Fact]
    public void An_address_that_is_avoided_or_whose_link_goes_down_is_withdrawn_and_announced_again_under_another_id()
    {
        _server.Step(Plan, 0);
        _server.Set(Lte, PathState.LinkDown);
        Assert.Equal("withdraw id 1", _server.Step(Plan, 1));
        Assert.Equal("", _server.Step(Plan, 2));
        _server.Set(Lte, PathState.Up);
        Assert.Equal("announce wwan0 id 3", _server.Step(Plan, 3));
        Assert.Equal("withdraw id 2", _server.Step(Plans.Of((Wifi, Active), (Lte, Active), (Sat, Avoid)), 4));
    }

    [Fact]
    public void The_address_of_the_last_subflow_that_carries_is_not_withdrawn()
    {
        _server.Step(Plan, 0);
        _server.Join(Lte, 1);
        _server.Set(Wifi, PathState.LinkDown);
        Assert.Equal("withdraw id 0, destroy 10.1.0.2", _server.Step(Plan, 1));
        Assert.Equal("", _server.Step(Plans.Of((Wifi, Active), (Lte, Avoid), (Sat, Backup)), 2));
    }

    [Fact]
    public void A_refused_announcement_is_made_again_later_under_another_id()
    {
        var announce = _server.Ask(Plans.Of((Wifi, Active), (Lte, Active)), 0);
        _server.Memory = _server.Memory.ActionFailed(Assert.Single(announce), "EINVAL", At(0));
        Assert.Equal("", _server.Step(Plans.Of((Wifi, Active), (Lte, Active)), 0.1));
        Assert.Equal(At(0.2), _server.NextDeadline);
        Assert.Equal("announce wwan0 id 2", _server.Step(Plans.Of((Wifi, Active), (Lte, Active)), 0.2));
    }

    [Fact]
    public void Joins_over_the_limit_are_destroyed_newest_first()
    {
        var two = Plans.Of(new PlanLimits(2, 0), (Wifi, Active));
        _server.Join(Wifi, 0, "203.0.113.2:2000");
        Assert.Equal("", _server.Step(two, 0));
        for (var i = 3; i < 40; i++)
        {
            _server.Join(Wifi, 0, $"203.0.113.{i}:2000");
        }

        Assert.Equal(37, _server.Step(two, 1).Split(", ").Length);
        Assert.Equal(["198.51.100.1:443", "203.0.113.2:2000"], _server.Subflows.Select(s => s.Remote.ToString()));
    }

    [Fact]
    public void At_the_limit_a_join_that_was_made_anew_takes_the_place_of_the_one_that_died_unseen()
    {
        var two = Plans.Of(new PlanLimits(2, 0), (Wifi, Active));
        _server.Join(Wifi, 0, "203.0.113.2:2000");
        _server.Step(two, 0);
        _server.Join(Wifi, 0, "203.0.113.2:2001");
        Assert.Equal("destroy 10.1.0.2", _server.Step(two, 1));
        Assert.Equal(["198.51.100.1:443", "203.0.113.2:2001"], _server.Subflows.Select(s => s.Remote.ToString()));
    }

    [Fact]
    public void Of_too_many_those_that_are_silent_go_first()
    {
        var one = Plans.Of(new PlanLimits(1, 0), (Wifi, Active));
        _server.Step(one, 0);
        _server.Change(_server.First, _server.First with { Silent = true });
        _server.Join(Wifi, 0, "203.0.113.2:2000");
        Assert.Equal("destroy 10.1.0.2", _server.Step(one, 1));
        Assert.Equal(["203.0.113.2:2000"], _server.Subflows.Select(s => s.Remote.ToString()));
    }
}
