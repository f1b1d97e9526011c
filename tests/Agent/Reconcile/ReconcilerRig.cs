using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Reconcile;

/// <summary>A reconciler of a host with two paths, on a fake plane and a fake clock, and one connection with a subflow on each.</summary>
public abstract class ReconcilerRig : IDisposable
{
    private protected const uint Token = 7;
    private protected static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private protected static readonly PathKey Lte = new("wwan0", IPAddress.Parse("10.2.0.2"));
    private protected static readonly FourTuple OverWifi = new(Wifi.Address, 40000, IPAddress.Parse("203.0.113.9"), 443);
    private protected static readonly FourTuple OverLte = new(Lte.Address, 40001, IPAddress.Parse("203.0.113.9"), 443);

    private readonly AgentMetrics _metrics = new("test");
    private readonly FakeTime _time = new();
    private ulong _generation;

    private protected ReconcilerRig()
    {
        var clock = new AgentClock(_time);
        Reconciler = new Reconciler("van-1", Plane, Plane, new Journal(AgentLog.None, _metrics, clock), clock);
        Paths();
    }

    private protected FakePlane Plane { get; } = new();

    private protected Reconciler Reconciler { get; }

    private protected DateTimeOffset Now => _time.GetUtcNow();

    public void Dispose()
    {
        _metrics.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The next plan, with one class for all traffic.</summary>
    private protected PlanOutcome Adopt(PathKey active, PathKey? backup = null, HandoverRules? rules = null)
    {
        PlannedPath[] paths = [new(active, "a", PathRole.Active, "carries")];
        paths = backup is null ? paths : [.. paths, new PlannedPath(backup, "b", PathRole.Backup, "stands by")];
        return Adopt([new ClassPlan("default", new TrafficMatch(), Objective.Handover, null, [.. paths])], rules);
    }

    /// <summary>The next plan.</summary>
    private protected PlanOutcome Adopt(EquatableArray<ClassPlan> classes, HandoverRules? rules = null)
    {
        var content = new PlanContent("p", classes, PlanLimits.Default, rules ?? HandoverRules.Default);
        var plan = new HostPlan(new PlanVersion(1, ++_generation), null, 1, content);
        return Reconciler.HandlePlan(new KeptPlan(plan, ""), keep: true, "silo's", Now);
    }

    /// <summary>What the inventory says.</summary>
    /// <param name="wifi">Whether its link is up.</param>
    /// <param name="downs">How often it went down so far.</param>
    private protected void Paths(bool wifi = true, int downs = 0) =>
        Reconciler.HandlePaths([new HostPath(Wifi, 2, wifi, null, Downs: downs), new HostPath(Lte, 3, true, null)], Now);

    /// <summary>The data plane has the connection with these subflows.</summary>
    private protected void Hold(params PlaneSubflow[] subflows)
    {
        Plane.Held.Clear();
        Plane.Held.Add(new PlaneConnection(Token, false, OverWifi, 0, [.. subflows]));
    }

    private protected void Alarm(FourTuple subflow) => Reconciler.HandleAlarm(
        new BlackholeAlarm(
            Token, subflow, new BlackholeVerdict(true, true, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(45))),
        Now);

    private protected void Established(FourTuple subflow, byte id) =>
        Reconciler.HandleEvent(new MptcpEvent.SubflowEstablished(Token, new SubflowFacts(subflow, id, 0, false, 0)), Now);

    private protected void Closed(FourTuple subflow, byte id, int error = 0) =>
        Reconciler.HandleEvent(new MptcpEvent.SubflowClosed(Token, new SubflowFacts(subflow, id, 0, false, 0), error, null), Now);

    /// <summary>Time passes and nothing is settled yet.</summary>
    private protected void Wait(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private protected void Settle() => Reconciler.Settle(Now);

    private protected void Pass(int milliseconds)
    {
        Wait(milliseconds);
        Settle();
    }
}
