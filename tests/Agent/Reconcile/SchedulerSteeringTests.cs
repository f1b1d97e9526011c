using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class SchedulerSteeringTests : IDisposable
{
    private readonly FakePlane _plane = new() { ChoosesSchedulers = true };
    private readonly ConnectionTable _table = new();
    private readonly AgentMetrics _metrics = new("test");
    private readonly Journal _journal;
    private readonly SchedulerSteering _steering;

    public SchedulerSteeringTests()
    {
        var clock = new AgentClock(TimeProvider.System);
        _journal = new Journal(AgentLog.None, _metrics, clock);
        _steering = new SchedulerSteering(_plane, _table, _journal);
        var ends = new FourTuple(IPAddress.Parse("10.1.0.2"), 40000, IPAddress.Parse("203.0.113.9"), 443);
        _table.Handle(new MptcpEvent.Established(7, ends, false, false));
        Assert.True(_table.TryGet(7, out var connection));
        (connection.Steerable, connection.TrafficClass) = (true, "voice");
    }

    [Fact]
    public void The_class_decides_once()
    {
        _steering.Run(Plan("redundant"));
        _steering.Run(Plan("redundant"));
        Assert.Equal(["schedule 7 by redundant"], _plane.Take());
        Assert.Equal("schedule by redundant: class voice", Assert.Single(_journal.TakeOccurrences()).Text);
    }

    [Fact]
    public void Another_plan_changes_it_while_the_connection_runs_and_none_puts_the_usual_back()
    {
        _steering.Run(Plan("redundant"));
        _steering.Run(Plan("blest"));
        _steering.Run(Plan(null));
        Assert.Equal(["schedule 7 by redundant", "schedule 7 by blest", "schedule 7 by minRtt"], _plane.Take());
    }

    [Fact]
    public void The_usual_one_need_not_be_set()
    {
        _steering.Run(Plan(null));
        _steering.Run(Plan("minRtt"));
        Assert.Empty(_plane.Take());
    }

    [Fact]
    public void A_refusal_is_told_and_not_repeated()
    {
        _plane.Refusal = new KernelError("schedule by blest", 22, null);
        _steering.Run(Plan("blest"));
        _steering.Run(Plan("blest"));
        Assert.Equal(["schedule 7 by blest"], _plane.Take());
        Assert.Equal(OccurrenceKind.Refused, Assert.Single(_journal.TakeOccurrences()).Kind);
    }

    [Fact]
    public void A_plane_with_one_scheduler_and_a_connection_without_class_are_left_alone()
    {
        _plane.ChoosesSchedulers = false;
        _steering.Run(Plan("redundant"));
        _plane.ChoosesSchedulers = true;
        Assert.True(_table.TryGet(7, out var connection));
        connection.TrafficClass = "";
        _steering.Run(Plan("redundant"));
        Assert.Empty(_plane.Take());
    }

    [Fact]
    public void One_for_all_is_set_when_all_classes_agree_and_is_there_and_else_the_usual_one_is()
    {
        _plane.ChoosesSchedulers = false;
        _plane.ChoosesForAll = true;
        _steering.Run(Plan("bpf_rr"));
        _steering.Run(Plan("bpf_rr"));
        _steering.Run(Plan("redundant"));
        _steering.Run(Plan("bpf_rr"));
        _steering.Run(Plan("bpf_rr") with { Classes = [.. Plan("bpf_rr").Classes, .. Plan(null).Classes] });
        string[] calls = ["schedule all by bpf_rr", "schedule all by minRtt"];
        Assert.Equal([.. calls, .. calls], _plane.Take());

        _plane.Refusal = new KernelError("set the scheduler", 13, null);
        _steering.Run(Plan("bpf_rr"));
        Assert.Equal("schedule connections to come by bpf_rr", Assert.Single(_steering.Refused).Action);
    }

    public void Dispose() => _metrics.Dispose();

    private static PlanContent Plan(string? scheduler) => new(
        "vans",
        [new ClassPlan("voice", new TrafficMatch(), Objective.Latency, scheduler, [])],
        PlanLimits.Default,
        HandoverRules.Default);
}
