using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Model.PathRole;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Realise;

/// <summary>What happens when a path dies, and when it lives again.</summary>
public sealed class DeadPathTests
{
    private readonly DataPlaneModel _plane = new(Wifi, Lte, Sat);
    private readonly PlanContent _plan = Plans.Of((Wifi, Active), (Lte, Backup));

    [Fact]
    public void A_link_that_is_down_is_withdrawn_and_its_subflows_destroyed()
    {
        _plane.Step(_plan, 0);
        _plane.Set(Wifi, PathState.LinkDown);
        Assert.Equal("withdraw id 0, destroy 10.1.0.2", _plane.Step(_plan, 1));
        Assert.Equal("", _plane.Step(_plan, 1));
    }

    [Fact]
    public void An_address_that_the_host_lost_counts_as_link_down()
    {
        _plane.Step(_plan, 0);
        _plane.Lose(Wifi);
        Assert.Equal("withdraw id 0, destroy 10.1.0.2", _plane.Step(_plan, 1));
    }

    [Fact]
    public void A_path_that_is_up_again_gets_a_subflow_with_a_new_id()
    {
        var plan = Plans.Of((Wifi, Active), (Lte, Active));
        _plane.Step(plan, 0);
        _plane.Set(Lte, PathState.LinkDown);
        Assert.Equal("withdraw id 1, destroy 10.2.0.2", _plane.Step(plan, 1));
        _plane.Set(Lte, PathState.Up);
        Assert.Equal("create wwan0 id 2", _plane.Step(plan, 2));
    }

    [Fact]
    public void The_last_subflow_of_a_dead_link_waits_until_another_one_carries()
    {
        _plane.Set(Wifi, PathState.LinkDown);
        _plane.Answers = false;
        Assert.Equal("create wwan0 id 1 backup", _plane.Step(_plan, 0));
        Assert.Equal("", _plane.Step(_plan, 0.1));
        _plane.Change(_plane.On(Lte), _plane.On(Lte) with { Established = true });
        Assert.Equal("withdraw id 0, destroy 10.1.0.2", _plane.Step(_plan, 0.2));
    }

    [Fact]
    public void At_the_limit_the_last_subflow_of_a_dead_link_makes_way()
    {
        _plane.Set(Wifi, PathState.LinkDown);
        var plan = Plans.Of(new PlanLimits(1, 0), (Lte, Active), (Wifi, Avoid));
        Assert.Equal("withdraw id 0, destroy 10.1.0.2, create wwan0 id 1", _plane.Step(plan, 0));
    }

    [Fact]
    public void At_the_limit_one_of_several_silent_subflows_makes_way_for_a_path_that_may_answer()
    {
        var plan = Plans.Of(new PlanLimits(2, 0), (Wifi, Active), (Lte, Backup));
        _plane.Step(plan, 0);
        foreach (var subflow in _plane.Subflows.ToArray())
        {
            _plane.Change(subflow, subflow with { Silent = true });
        }

        Assert.Equal("", _plane.Step(plan, 1));
        var other = Plans.Of(new PlanLimits(2, 0), (Sat, Active), (Wifi, Backup), (Lte, Avoid));
        Assert.Equal("destroy 10.2.0.2, create sat0 id 2", _plane.Step(other, 1));
    }

    [Fact]
    public void The_last_subflow_stays_when_there_is_no_other_path()
    {
        _plane.Set(Wifi, PathState.LinkDown);
        _plane.Set(Lte, PathState.LinkDown);
        Assert.Equal("", _plane.Step(_plan, 0));
        _plane.Set(Wifi, PathState.Silent);
        Assert.Equal("", _plane.Step(_plan, 1));
    }

    [Fact]
    public void A_silent_subflow_is_destroyed_and_made_again_at_once_then_ever_later()
    {
        _plane.Step(_plan, 0);
        Silence();
        Assert.Equal("destroy 10.1.0.2, create wlan0 id 2", _plane.Step(_plan, 1));
        Told(1);
        Silence();
        Assert.Equal("destroy 10.1.0.2", _plane.Step(_plan, 2));
        Assert.Equal(At(2.2), _plane.NextDeadline);
        Told(2);
        Assert.Equal("create wlan0 id 3", _plane.Step(_plan, 2.2));
        Silence();
        Assert.Equal("destroy 10.1.0.2", _plane.Step(_plan, 3));
        Assert.Equal(At(3.4), _plane.NextDeadline);

        void Silence() => _plane.Change(_plane.On(Wifi), _plane.On(Wifi) with { Silent = true });

        void Told(double seconds) => _plane.Memory = _plane.Memory.SubflowClosed(DataPlaneModel.Token, Wifi, byReflex: false, At(seconds));
    }

    [Fact]
    public void After_a_quiet_while_the_count_starts_anew()
    {
        _plane.Step(_plan, 0);
        _plane.Change(_plane.On(Wifi), _plane.On(Wifi) with { Silent = true });
        _plane.Step(_plan, 1);
        _plane.Memory = _plane.Memory.SubflowClosed(DataPlaneModel.Token, Wifi, byReflex: true, At(1));
        _plane.Change(_plane.On(Wifi), _plane.On(Wifi) with { Silent = true });
        Assert.Equal("destroy 10.1.0.2, create wlan0 id 3", _plane.Step(_plan, 40));
    }

    [Fact]
    public void A_silent_path_is_withdrawn_except_for_the_initial_address_and_tried_again()
    {
        _plane.Step(_plan, 0);
        _plane.Set(Lte, PathState.Silent);
        Assert.Equal("withdraw id 1, destroy 10.2.0.2, create wwan0 id 2 backup", _plane.Step(_plan, 1));
        Assert.Equal("", _plane.Step(_plan, 2));
        Assert.Equal("destroy 10.2.0.2", _plane.Step(_plan, 16));
        _plane.Set(Lte, PathState.Up);
        Assert.Equal("create wwan0 id 3 backup", _plane.Step(_plan, 16.2));
        _plane.Set(Wifi, PathState.Silent);
        Assert.Equal("destroy 10.1.0.2, create wlan0 id 4", _plane.Step(_plan, 17));
    }

    [Fact]
    public void A_subflow_that_a_reflex_closed_is_made_again_at_once_under_a_new_id()
    {
        _plane.Step(_plan, 0);
        _plane.Close(_plane.On(Lte));
        _plane.Memory = _plane.Memory.SubflowClosed(DataPlaneModel.Token, Lte, byReflex: true, At(1));
        Assert.Equal("create wwan0 id 2 backup", _plane.Step(_plan, 1));
    }

    [Fact]
    public void A_subflow_that_closed_by_itself_is_made_again_after_a_moment_under_the_id_that_the_kernel_still_holds()
    {
        _plane.Step(_plan, 0);
        _plane.Close(_plane.On(Lte));
        _plane.Memory = _plane.Memory.SubflowClosed(DataPlaneModel.Token, Lte, byReflex: false, At(1));
        Assert.Equal("", _plane.Step(_plan, 1));
        Assert.Equal(At(1.2), _plane.NextDeadline);
        Assert.Equal("create wwan0 id 1 backup", _plane.Step(_plan, 1.2));
    }

    [Fact]
    public void Ids_are_used_again_only_when_all_were_used()
    {
        var seen = new List<byte>();
        for (var i = 0; i < 256; i++)
        {
            _plane.Step(_plan, i * 100);
            seen.Add(_plane.On(Lte).LocalId);
            _plane.Close(_plane.On(Lte));
            _plane.Memory = _plane.Memory.SubflowClosed(DataPlaneModel.Token, Lte, byReflex: true, At(i * 100));
        }

        Assert.Equal(Enumerable.Range(1, 255).Append(1), seen.Select(id => (int)id));
    }

    [Fact]
    public void The_server_side_destroys_what_is_dead_and_makes_nothing()
    {
        var server = new DataPlaneModel(Wifi, Lte) { ServerSide = true };
        Assert.Equal("announce wwan0 id 1", server.Step(_plan, 0));
        server.Change(server.First, server.First with { Silent = true });
        Assert.Equal("", server.Step(_plan, 1));
        server.Apply(new CreateSubflow(DataPlaneModel.Token, Lte, 2, 1, server.Remote, Backup: true, "the client's join"));
        Assert.Equal("destroy 10.1.0.2", server.Step(_plan, 2));
        Assert.Equal("", server.Step(_plan, 3));
    }
}
