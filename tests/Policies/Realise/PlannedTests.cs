using Multipath.Policies.Model;
using Multipath.Policies.Realise;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Model.PathRole;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Realise;

/// <summary>What happens while every path answers.</summary>
public sealed class PlannedTests
{
    private readonly DataPlaneModel _plane = new(Wifi, Lte, Sat);

    [Fact]
    public void Missing_subflows_are_created_with_the_role_of_their_path()
    {
        var plan = Plans.Of((Wifi, Active), (Lte, Active), (Sat, Backup));
        Assert.Equal("create wwan0 id 1, create sat0 id 2 backup", _plane.Step(plan, 0));
        Assert.Equal("", _plane.Step(plan, 0));
        Assert.Null(_plane.NextDeadline);
    }

    [Fact]
    public void An_action_says_what_it_does_and_why()
    {
        var create = Assert.IsType<CreateSubflow>(Assert.Single(_plane.Ask(Plans.Of((Wifi, Active), (Lte, Backup)), 0)));
        Assert.Equal(new CreateSubflow(DataPlaneModel.Token, Lte, 2, 1, _plane.Remote, Backup: true, "wwan0: as planned"), create);
    }

    [Fact]
    public void A_subflow_under_way_is_not_asked_for_twice_even_when_it_is_not_shown()
    {
        var plan = Plans.Of((Wifi, Active), (Lte, Backup));
        Assert.Single(_plane.Ask(plan, 0));
        Assert.Empty(_plane.Ask(plan, 14.9));
        Assert.Equal(At(15), _plane.NextDeadline);
    }

    [Fact]
    public void A_join_without_answer_is_closed_and_tried_again_ever_later()
    {
        var plan = Plans.Of((Wifi, Active), (Lte, Backup));
        _plane.Answers = false;
        Assert.Equal("create wwan0 id 1 backup", _plane.Step(plan, 0));
        Assert.Equal("destroy 10.2.0.2", _plane.Step(plan, 15));
        Assert.Equal(At(15.2), _plane.NextDeadline);
        Assert.Equal("create wwan0 id 2 backup", _plane.Step(plan, 15.2));
        Assert.Equal("destroy 10.2.0.2", _plane.Step(plan, 30.2));
        Assert.Equal(At(30.6), _plane.NextDeadline);
    }

    [Fact]
    public void A_new_active_path_is_made_before_the_old_one_is_broken()
    {
        _plane.Answers = false;
        var plan = Plans.Of((Lte, Active), (Wifi, Avoid));
        Assert.Equal("create wwan0 id 1", _plane.Step(plan, 0));
        Assert.Equal("", _plane.Step(plan, 0.1));
        _plane.Change(_plane.On(Lte), _plane.On(Lte) with { Established = true });
        _plane.Carry(Lte, 1000, 1000);
        Assert.Equal("destroy 10.1.0.2", _plane.Step(plan, 0.2));
        Assert.Equal("", _plane.Step(plan, 0.3));
    }

    [Fact]
    public void Without_make_before_break_the_old_path_goes_as_soon_as_any_other_carries()
    {
        _plane.Step(Plans.Of((Wifi, Active), (Lte, Backup)), 0);
        _plane.Answers = false;
        var careful = Plans.Of((Sat, Active), (Wifi, Avoid), (Lte, Avoid));
        Assert.Equal("create sat0 id 2", _plane.Step(careful, 1));
        Assert.Equal("destroy 10.1.0.2", _plane.Step(careful with { Handover = careful.Handover with { MakeBeforeBreak = false } }, 1));
        Assert.Equal("", _plane.Step(careful, 1));
    }

    [Fact]
    public void An_old_path_becomes_backup_only_when_the_new_one_is_established()
    {
        _plane.Answers = false;
        var plan = Plans.Of((Lte, Active), (Wifi, Backup));
        Assert.Equal("create wwan0 id 1", _plane.Step(plan, 0));
        _plane.Change(_plane.On(Lte), _plane.On(Lte) with { Established = true, Backup = true });
        Assert.Equal("active 10.2.0.2", _plane.Step(plan, 0.1));
        _plane.Carry(Lte, 1000, 1000);
        Assert.Equal("backup 10.1.0.2", _plane.Step(plan, 0.2));
    }

    [Fact]
    public void Priorities_are_never_set_on_paths_that_do_not_answer()
    {
        var plan = Plans.Of((Lte, Active), (Wifi, Backup));
        _plane.Step(plan, 0);
        _plane.Change(_plane.On(Wifi), _plane.On(Wifi) with { Backup = false });
        _plane.Set(Lte, PathState.Silent);
        _plane.Set(Wifi, PathState.Silent);
        Assert.Equal("", _plane.Step(plan, 1));
    }

    [Fact]
    public void Addresses_that_the_peer_announced_are_used_after_its_first_one_within_the_limits()
    {
        _plane.Announced.Add(new RemoteAddress(1, EndPoint("198.51.100.2:0")));
        _plane.Announced.Add(new RemoteAddress(2, EndPoint("[2001:db8::1]:443")));
        var actions = _plane.Ask(Plans.Of(new PlanLimits(3, 1), (Wifi, Active), (Lte, Backup)), 0).Cast<CreateSubflow>().ToArray();
        Assert.Equal<(PathKey, string, byte)>(
            [(Lte, "198.51.100.1:443", 1), (Wifi, "198.51.100.2:443", 2)],
            actions.Select(a => (a.Path, a.Remote.ToString(), a.LocalId)));
    }

    [Fact]
    public void A_peer_that_refuses_joins_to_its_first_address_is_joined_at_the_others_only()
    {
        var plane = new DataPlaneModel(Wifi, Lte) { RefusesInitial = true };
        var plan = Plans.Of((Wifi, Active), (Lte, Backup));
        Assert.Equal("", plane.Step(plan, 0));
        plane.Announced.Add(new RemoteAddress(1, EndPoint("198.51.100.2:443")));
        var actions = plane.Ask(plan, 1).Cast<CreateSubflow>().ToArray();
        Assert.Equal<(PathKey, string)>(
            [(Wifi, "198.51.100.2:443"), (Lte, "198.51.100.2:443")], actions.Select(a => (a.Path, a.Remote.ToString())));
        Assert.Equal(1, plane.CountOn(Wifi));
    }

    [Fact]
    public void At_the_limit_an_avoided_subflow_makes_way_for_a_planned_one()
    {
        var two = new PlanLimits(2, 0);
        _plane.Step(Plans.Of(two, (Wifi, Active), (Lte, Backup)), 0);
        var plan = Plans.Of(two, (Sat, Active), (Wifi, Backup), (Lte, Avoid));
        Assert.Equal("destroy 10.2.0.2, create sat0 id 2", _plane.Step(plan, 1));
        Assert.Equal("", _plane.Step(plan, 1));
        Assert.Equal("backup 10.1.0.2", _plane.Step(plan, 1.3));
        Assert.Equal("", _plane.Step(plan, 2.3));
        Assert.Equal("", _plane.Step(plan, 1));
    }

    [Fact]
    public void A_lower_limit_closes_what_is_least_wanted()
    {
        _plane.Step(Plans.Of((Wifi, Active), (Lte, Backup), (Sat, Backup)), 0);
        Assert.Equal("destroy 10.3.0.2", _plane.Step(Plans.Of(new PlanLimits(2, 0), (Wifi, Active), (Lte, Backup), (Sat, Backup)), 1));
    }

    [Fact]
    public void A_path_that_the_plan_does_not_name_is_left_alone() =>
        Assert.Equal("create wwan0 id 1", _plane.Step(Plans.Of((Lte, Active)), 0));

    [Fact]
    public void A_connection_of_no_class_is_left_alone()
    {
        var plan = Plans.Of((Lte, Active));
        var other = new TrafficMatch(RemotePorts: new PortRange(80, 80));
        plan = plan with { Classes = [plan.Classes[0] with { Match = other }] };
        Assert.Null(Realiser.ClassOf(plan, _plane.State.Connections[0]));
        Assert.Equal("", _plane.Step(plan, 0));
    }

    [Fact]
    public void A_refused_action_is_tried_again_later_with_another_id()
    {
        var plan = Plans.Of((Wifi, Active), (Lte, Backup));
        var create = Assert.Single(_plane.Ask(plan, 0));
        _plane.Memory = _plane.Memory.ActionFailed(create, "EINVAL", At(0));
        Assert.Empty(_plane.Ask(plan, 0.1));
        Assert.Equal(At(0.2), _plane.NextDeadline);
        Assert.Equal(2, Assert.IsType<CreateSubflow>(Assert.Single(_plane.Ask(plan, 0.2))).LocalId);
    }

    [Fact]
    public void A_connection_that_is_gone_is_forgotten()
    {
        var plan = Plans.Of((Wifi, Active), (Lte, Backup));
        _plane.Ask(plan, 0);
        Assert.NotEmpty(_plane.Memory.Connections);
        var outcome = Realiser.Realise(plan, _plane.State with { Connections = [] }, _plane.Memory, At(1));
        Assert.Equal(RealiseMemory.Empty, outcome.Memory);
        Assert.Null(outcome.NextDeadline);
    }
}
