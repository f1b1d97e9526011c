using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Model.PathRole;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Realise;

/// <summary>The address of a dead link is withdrawn late where the peer only receives: what is under way may still arrive.</summary>
public sealed class LateWithdrawalTests
{
    private readonly DataPlaneModel _plane = new(Wifi, Lte, Sat);
    private readonly PlanContent _plan = Plans.Of((Wifi, Active), (Lte, Active));

    [Fact]
    public void The_address_of_the_first_subflow_is_withdrawn_when_what_is_under_way_has_had_time()
    {
        Begin();
        Fail(Wifi);
        Assert.Equal("destroy 10.1.0.2", _plane.Step(_plan, 1));
        Assert.Equal(At(1.25), _plane.NextDeadline);
        Assert.Equal("", _plane.Step(_plan, 1.2));
        Assert.Equal("withdraw id 0", _plane.Step(_plan, 1.25));
        Assert.Equal("", _plane.Step(_plan, 1.3));
        Assert.Null(_plane.NextDeadline);
    }

    [Fact]
    public void Another_address_is_made_known_again_for_it()
    {
        Begin();
        Fail(Lte);
        Assert.Equal("destroy 10.2.0.2", _plane.Step(_plan, 1));
        Assert.Equal("announce wwan0 id 1, withdraw id 1", _plane.Step(_plan, 1.25));
    }

    [Fact]
    public void A_path_that_is_back_is_withdrawn_before_it_is_used_again()
    {
        Begin();
        Fail(Lte);
        _plane.Step(_plan, 1);
        _plane.Set(Lte, PathState.Up);
        Assert.Equal("announce wwan0 id 1, withdraw id 1, create wwan0 id 2", _plane.Step(_plan, 1.1));
        Assert.Equal("", _plane.Step(_plan, 1.25));
    }

    [Theory]
    [InlineData(true, 0.4)]
    [InlineData(false, 5)]
    public void A_peer_that_sends_or_may_begin_is_told_at_once(bool outstanding, double heard)
    {
        Begin();
        _plane.Set(Wifi, PathState.LinkDown);
        _plane.Carry(Wifi, 100, 50, outstanding, heard);
        Assert.Equal("withdraw id 0, destroy 10.1.0.2", _plane.Step(_plan, 1));
    }

    [Fact]
    public void A_silent_path_is_not_waited_for()
    {
        Begin();
        _plane.Set(Lte, PathState.Silent);
        _plane.Carry(Lte, 100, 50, outstanding: true, heard: 5);
        Assert.Equal("withdraw id 1, destroy 10.2.0.2, create wwan0 id 2", _plane.Step(_plan, 1));
    }

    private void Begin() => Assert.Equal("create wwan0 id 1", _plane.Step(_plan, 0));

    private void Fail(PathKey path)
    {
        _plane.Set(path, PathState.LinkDown);
        _plane.Carry(path, 100, 50, outstanding: true, heard: 0.5);
    }
}
