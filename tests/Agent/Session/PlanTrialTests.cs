using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Session;

/// <summary>A plan that cuts the agent off from its silo is taken back by the agent.</summary>
public sealed class PlanTrialTests
{
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private static readonly PathKey Lte = new("wwan0", IPAddress.Parse("10.2.0.2"));
    private static readonly KeptPlan First = new(Plan(1, PathRole.Active), "first");

    private readonly SessionMachine _machine;
    private readonly List<AgentMessage> _sent = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public PlanTrialTests()
    {
        var options = new SessionOptions("van-1", ImmutableSortedDictionary<string, string>.Empty, "1", new HostCapabilities([], "6"))
        {
            Kept = First,
        };
        _machine = new SessionMachine(options, new PlanOutcome(First.Plan.Version, [], []), new Random(1), _now);
        Open();
    }

    [Fact]
    public void The_plan_before_is_restored_when_the_session_does_not_come_back_and_the_silo_is_told()
    {
        Take(Plan(2, PathRole.Avoid));
        Pass(10);
        _machine.HandleClosed("broken", _now);
        Assert.Empty(Until(24.9).OfType<SessionEffect.Apply>());
        var back = Assert.Single(Until(0.2).OfType<SessionEffect.Apply>());
        Assert.Equal((First.Plan, "first"), (back.Plan, back.PolicyYaml));
        _machine.HandleApplied(new PlanOutcome(back.Plan.Version, [], []), _now);
        Assert.Empty(Until(300).OfType<SessionEffect.Apply>());

        _sent.Clear();
        Open();
        var hello = Assert.IsType<AgentMessage.Hello>(_sent[0]);
        Assert.Equal(First.Plan.Version, hello.Running);
        var nack = Assert.Single(_sent.OfType<AgentMessage.Nack>());
        Assert.Equal((new PlanVersion(1, 2), First.Plan.Version), (nack.Version, nack.Running));
        Assert.Equal(
            "reverted to 1.1: the plan changed the role of the path of the session, 10.1.0.2, "
            + "and the session was not back within 25 s",
            nack.Reason);

        // Not taken again; its successor is.
        Offer(Plan(2, PathRole.Avoid));
        Assert.Contains("which was refused: reverted to 1.1", _sent.OfType<AgentMessage.Nack>().Last().Reason, StringComparison.Ordinal);
        Take(Plan(3, PathRole.Backup));
    }

    [Fact]
    public void A_session_that_is_back_in_time_confirms_the_plan()
    {
        Take(Plan(2, PathRole.Backup));
        Pass(10);
        _machine.HandleClosed("broken", _now);
        Open();
        _machine.HandleClosed("broken again", _now);
        Assert.Empty(Until(600).OfType<SessionEffect.Apply>());
    }

    [Fact]
    public void A_session_that_breaks_long_after_the_plan_has_nothing_to_do_with_it()
    {
        Take(Plan(2, PathRole.Backup));
        for (var i = 0; i < 31; i++)
        {
            Pass(1);
            Offer(Plan(2, PathRole.Backup));
        }

        _machine.HandleClosed("broken", _now);
        Assert.Empty(Until(600).OfType<SessionEffect.Apply>());
    }

    [Fact]
    public void A_plan_that_leaves_the_path_of_the_session_as_it_was_is_not_on_trial()
    {
        Take(Plan(2, PathRole.Active, lte: PathRole.Avoid));
        _machine.HandleClosed("broken", _now);
        Assert.Empty(Until(600).OfType<SessionEffect.Apply>());
    }

    [Fact]
    public void A_plan_that_waited_for_another_one_is_on_trial_against_that_one()
    {
        _machine.HandleMessage(new SiloMessage.Plan(Plan(2, PathRole.Backup), ""), _now, Wifi.Address);
        Effects();
        _machine.HandleMessage(new SiloMessage.Plan(Plan(3, PathRole.Avoid), ""), _now, Wifi.Address);
        _machine.HandleApplied(new PlanOutcome(new PlanVersion(1, 2), [], []), _now);
        Assert.Single(Effects().OfType<SessionEffect.Apply>());
        _machine.HandleApplied(new PlanOutcome(new PlanVersion(1, 3), [], []), _now);
        Effects();
        _machine.HandleClosed("broken", _now);
        Assert.Equal(new PlanVersion(1, 2), Assert.Single(Until(26).OfType<SessionEffect.Apply>()).Plan.Version);
    }

    private static HostPlan Plan(ulong generation, PathRole wifi, PathRole lte = PathRole.Backup)
    {
        var paths = new[] { new PlannedPath(Wifi, "wifi", wifi, "wifi"), new PlannedPath(Lte, "lte", lte, "lte") };
        var traffic = new ClassPlan("default", new TrafficMatch(), Objective.Handover, null, [.. paths]);
        return new HostPlan(
            new PlanVersion(1, generation), null, 1, new PlanContent("p", [traffic], PlanLimits.Default, HandoverRules.Default));
    }

    private void Open()
    {
        for (var tries = 0; !Effects().Any(one => one is SessionEffect.Connect); tries++)
        {
            Assert.True(tries < 100, "it does not connect");
            _now = _machine.PollDeadline() is { } at && at > _now ? at : _now;
            _machine.HandleTimeout(_now);
        }

        _machine.HandleConnected(_now);
        Effects();
        Say(new SiloMessage.Welcome(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), "silo"));
    }

    private void Offer(HostPlan plan) => Say(new SiloMessage.Plan(plan, ""));

    private void Take(HostPlan plan)
    {
        _machine.HandleMessage(new SiloMessage.Plan(plan, ""), _now, Wifi.Address);
        Assert.Equal(plan, Assert.Single(Effects().OfType<SessionEffect.Apply>()).Plan);
        _machine.HandleApplied(new PlanOutcome(plan.Version, [], []), _now);
        Effects();
    }

    private void Say(SiloMessage message)
    {
        _machine.HandleMessage(message, _now, Wifi.Address);
        Effects();
    }

    private void Pass(int seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        _machine.HandleTimeout(_now);
        Effects();
    }

    /// <summary>Nobody answers for a while; each connection that is tried fails.</summary>
    private List<SessionEffect> Until(double seconds)
    {
        List<SessionEffect> all = [];
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end;)
        {
            _now = _machine.PollDeadline() is { } at && at < end ? at > _now ? at : _now : end;
            _machine.HandleTimeout(_now);
            all.AddRange(Effects());
            if (all.Count > 0 && all[^1] is SessionEffect.Connect)
            {
                _machine.HandleClosed("nobody there", _now);
            }
        }

        return all;
    }

    private List<SessionEffect> Effects()
    {
        List<SessionEffect> all = [];
        while (_machine.PollEffect(out var effect))
        {
            all.Add(effect);
            if (effect is SessionEffect.Send send)
            {
                _sent.Add(send.Message);
                _machine.HandleSent(_now);
            }
        }

        return all;
    }
}
