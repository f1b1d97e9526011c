using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Interop;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

/// <summary>A plan is urgent and overtakes the events of the data plane: it meets subflows that are no more, or are not yet.</summary>
public sealed class OvertakenTests : IDisposable
{
    private const uint Token = 7;
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private static readonly PathKey Lte = new("wwan0", IPAddress.Parse("10.2.0.2"));
    private static readonly FourTuple OverWifi = new(Wifi.Address, 40000, IPAddress.Parse("203.0.113.9"), 443);
    private static readonly FourTuple OverLte = new(Lte.Address, 40001, IPAddress.Parse("203.0.113.9"), 443);
    private static readonly FourTuple Again = OverWifi with { LocalPort = 40002 };

    private readonly FakePlane _plane = new();
    private readonly AgentMetrics _metrics = new("test");
    private readonly Reconciler _reconciler;
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;
    private ulong _generation;

    public OvertakenTests()
    {
        var clock = new AgentClock(TimeProvider.System);
        _reconciler = new Reconciler("van-1", _plane, _plane, new Journal(AgentLog.None, _metrics, clock), clock);
        Paths();
        Hold(new PlaneSubflow(OverWifi, 0, 0, false, true, default), new PlaneSubflow(OverLte, 1, 0, true, true, default));
        _reconciler.Recover();
        Adopt(Wifi, Lte);
    }

    [Fact]
    public void A_priority_of_a_subflow_that_the_reflex_made_again_and_that_is_gone_already_is_not_refused()
    {
        MakeWifiAgain();
        // The peer closed it; the plan overtakes the event that says so.
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default));
        _plane.Refuses = NotFound;
        var outcome = Adopt(Lte, Wifi);
        Assert.Empty(outcome.Refused);
        Assert.Equal([$"backup 7 {OverLte} False", $"backup 7 {Again} True"], _plane.Take());
        Assert.Equal($"set active {OverLte.Local} -> {OverLte.Remote}", Assert.Single(outcome.Applied).Action);

        _reconciler.HandleEvent(new MptcpEvent.SubflowClosed(Token, new SubflowFacts(Again, 2, 0, false, 0), 0, null), _now);
        Pass(0);
        Assert.Empty(_plane.Take());
        Assert.DoesNotContain(_plane.Occurred, one => one.Kind == OccurrenceKind.Refused);
        Pass(1000);
        Assert.StartsWith("create 7 10.1.0.2", Assert.Single(_plane.Take()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_is_closing_takes_no_subflow_and_refuses_no_plan()
    {
        Hold(new PlaneSubflow(OverWifi, 0, 0, false, true, default));
        _reconciler.HandleEvent(new MptcpEvent.SubflowClosed(Token, new SubflowFacts(OverLte, 1, 0, true, 0), 0, null), _now);
        _plane.Take();
        _plane.Refuses = call => call.StartsWith("create", StringComparison.Ordinal)
            ? new KernelError("create a subflow", Errno.NotConnected, null)
            : null;
        Pass(1000);
        Assert.StartsWith("create 7 10.2.0.2", Assert.Single(_plane.Take()), StringComparison.Ordinal);
        Assert.Empty(Adopt(Wifi, Lte).Refused);
        Assert.DoesNotContain(_plane.Occurred, one => one.Kind == OccurrenceKind.Refused);

        _plane.Take();
        _plane.Refuses = _ => null;
        Pass(60_000);
        Assert.StartsWith("create 7 10.2.0.2", Assert.Single(_plane.Take()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_priority_that_is_refused_for_a_subflow_that_is_there_is_reported_and_tried_again()
    {
        MakeWifiAgain();
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default), new PlaneSubflow(Again, 2, 0, false, true, default));
        _plane.Refuses = NotFound;
        Assert.Contains("subflow not found", Assert.Single(Adopt(Lte, Wifi).Refused).Error, StringComparison.Ordinal);
        _plane.Take();
        _plane.Refuses = _ => null;
        Pass(200);
        Assert.Equal([$"backup 7 {Again} True"], _plane.Take());
    }

    [Fact]
    public void The_event_of_a_subflow_that_was_closed_before_it_came_makes_nothing_of_it_and_the_next_one_is_not_taken_for_it()
    {
        MakeWifiAgain(established: false);
        // It is established, its event is under way, and the link goes down: the data plane is asked, and it is closed.
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default), new PlaneSubflow(Again, 2, 0, false, true, default));
        Paths(wifi: false);
        Assert.Contains($"destroy 7 {Again}", _plane.Take());
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default));
        Paths();
        Pass(1000);
        Assert.StartsWith("create 7 10.1.0.2", Assert.Single(_plane.Take()), StringComparison.Ordinal);

        _reconciler.HandleEvent(new MptcpEvent.SubflowEstablished(Token, new SubflowFacts(Again, 2, 0, false, 0)), _now);
        Assert.Empty(Adopt(Lte, Wifi).Refused);
        Assert.Equal([$"backup 7 {OverLte} False"], _plane.Take());
        _reconciler.HandleEvent(new MptcpEvent.SubflowClosed(Token, new SubflowFacts(Again, 2, 0, false, 0), 0, null), _now);
        Pass(0);
        Assert.Empty(_plane.Take());
        Assert.DoesNotContain(_plane.Occurred, one => one.Kind == OccurrenceKind.Refused);

        var third = OverWifi with { LocalPort = 40003 };
        _reconciler.HandleEvent(new MptcpEvent.SubflowEstablished(Token, new SubflowFacts(third, 3, 0, false, 0)), _now);
        Pass(0);
        Assert.Contains(third, _plane.Watching.Select(one => one.Tuple));
    }

    public void Dispose() => _metrics.Dispose();

    private static KernelError? NotFound(string call) => call.Contains($"{Again}", StringComparison.Ordinal)
        ? new KernelError("change the priority of a subflow", Errno.Invalid, "subflow not found")
        : null;

    /// <summary>Wi-Fi falls silent: its subflow is closed and begun again.</summary>
    private void MakeWifiAgain(bool established = true)
    {
        var verdict = new BlackholeVerdict(true, true, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(45));
        _reconciler.HandleAlarm(new BlackholeAlarm(Token, OverWifi, verdict), _now);
        _reconciler.HandleEvent(new MptcpEvent.SubflowClosed(Token, new SubflowFacts(OverWifi, 0, 0, false, 0), 0, null), _now);
        if (established)
        {
            _reconciler.HandleEvent(new MptcpEvent.SubflowEstablished(Token, new SubflowFacts(Again, 2, 0, false, 0)), _now);
        }

        Pass(0);
        _plane.Take();
    }

    private void Hold(params PlaneSubflow[] subflows)
    {
        _plane.Held.Clear();
        _plane.Held.Add(new PlaneConnection(Token, false, OverWifi, 0, [.. subflows]));
    }

    private PlanOutcome Adopt(PathKey active, PathKey backup)
    {
        var paths = new[]
        {
            new PlannedPath(active, "any", PathRole.Active, "preferred"), new PlannedPath(backup, "any", PathRole.Backup, "stands by"),
        };
        var cls = new ClassPlan("default", new TrafficMatch(), Objective.Handover, null, paths.ToEquatableArray());
        // Both priorities at once: what is tested is that one of them comes too late.
        var rules = HandoverRules.Default with { MakeBeforeBreak = false };
        var content = new PlanContent("p", [cls], PlanLimits.Default, rules);
        var plan = new HostPlan(new PlanVersion(1, ++_generation), null, 1, content);
        return _reconciler.HandlePlan(new KeptPlan(plan, ""), keep: true, "silo's", _now);
    }

    private void Paths(bool wifi = true) =>
        _reconciler.HandlePaths([new HostPath(Wifi, 2, wifi, null), new HostPath(Lte, 3, true, null)], _now);

    private void Pass(int milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        _reconciler.Settle(_now);
    }
}
