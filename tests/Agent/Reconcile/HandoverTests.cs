using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Agent.Tests.Reconcile;

/// <summary>What a connection and its peer tell goes into what is done with its subflows.</summary>
public sealed class HandoverTests : IDisposable
{
    private const uint Token = 7;
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private static readonly PathKey Lte = new("wwan0", IPAddress.Parse("10.2.0.2"));
    private static readonly FourTuple OverWifi = new(Wifi.Address, 40000, IPAddress.Parse("203.0.113.9"), 443);
    private static readonly FourTuple OverLte = new(Lte.Address, 40001, IPAddress.Parse("203.0.113.9"), 443);

    private readonly FakePlane _plane = new();
    private readonly AgentMetrics _metrics = new("test");
    private readonly Reconciler _reconciler;
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public HandoverTests()
    {
        var clock = new AgentClock(TimeProvider.System);
        _reconciler = new Reconciler("van-1", _plane, _plane, new Journal(AgentLog.None, _metrics, clock), clock);
        _reconciler.HandlePaths([new HostPath(Wifi, 2, true, null), new HostPath(Lte, 3, true, null)], _now);
    }

    [Fact]
    public void A_handover_waits_for_the_new_path_to_carry_and_tells_how_it_went_with_its_stall_under_one_id()
    {
        Hold(default, default);
        _reconciler.Recover();
        Adopt(1, Wifi, Lte);
        _reconciler.Settle(_now);
        Assert.Empty(_plane.Take());

        Adopt(2, Lte, Wifi);
        Assert.Equal([$"backup 7 {OverLte} False"], _plane.Take());
        Assert.Equal(_now + TimeSpan.FromMilliseconds(50), _reconciler.NextDeadline);
        Hold(new() { BytesSent = 9, UnackedSegments = 2, LastAckMs = 120 }, new() { BytesSent = 1000, LastAckMs = 500 });
        Pass(50);
        Assert.Empty(_plane.Take());
        Hold(new() { BytesSent = 9, UnackedSegments = 2, LastAckMs = 90 }, new() { BytesSent = 1000, BytesAcked = 500 });
        Pass(50);
        Assert.Equal([$"backup 7 {OverWifi} True"], _plane.Take());
        Hold(new() { BytesSent = 9 }, new() { BytesSent = 2000, BytesAcked = 1000 });
        Pass(50);
        Assert.Empty(_plane.Take());
        Assert.Equal(
            [
                "00000007-1 begun wlan0/10.1.0.2 -> wwan0/10.2.0.2: carries",
                "00000007-1 done wlan0/10.1.0.2 -> wwan0/10.2.0.2: the new path carries (took 150 ms, stall 120 ms)",
            ],
            _plane.Occurred.Where(one => one.Kind == OccurrenceKind.Handover).Select(one => one.Text));
        Assert.All(
            _plane.Occurred.Where(one => one.Kind == OccurrenceKind.Action),
            one => Assert.EndsWith("; handover 00000007-1", one.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_new_path_carried_before_is_no_proof_though_it_was_not_measured_yet()
    {
        Hold(default, default);
        _reconciler.Recover();
        Adopt(1, Wifi, Lte);
        Hold(default, new() { BytesSent = 1000, BytesAcked = 1000 });
        Adopt(2, Lte, Wifi);
        Pass(1);
        Assert.Equal([$"backup 7 {OverLte} False"], _plane.Take());
    }

    [Fact]
    public void A_handover_to_a_path_that_does_not_carry_is_taken_back_and_told()
    {
        Hold(default, default);
        _reconciler.Recover();
        Adopt(1, Wifi, Lte);
        Adopt(2, Lte, Wifi);
        _plane.Take();
        Hold(default, new() { BytesSent = 1000, UnackedSegments = 1 });
        Pass(2000);
        Assert.Equal([$"backup 7 {OverLte} True"], _plane.Take());
        Assert.Contains(
            _plane.Occurred, one => one.Kind == OccurrenceKind.Handover && one.Text.Contains(" reverted ", StringComparison.Ordinal));
        Assert.Equal([(Wifi, 0), (Lte, 1)], _plane.Published!.Paths.Select(path => (path.Path, path.FailedHandovers)));
        _reconciler.HandlePaths([new HostPath(Wifi, 2, true, null)], _now);
        _reconciler.HandlePaths([new HostPath(Wifi, 2, true, null), new HostPath(Lte, 3, true, null)], _now);
        _reconciler.Settle(_now);
        Assert.Equal([(Wifi, 0), (Lte, 0)], _plane.Published!.Paths.Select(path => (path.Path, path.FailedHandovers)));
    }

    [Fact]
    public void An_agent_that_ranks_by_itself_tries_a_path_that_did_not_carry_ever_later()
    {
        const string Yaml = """
            apiVersion: multipath/v1
            kind: Policy
            metadata: {name: p}
            spec:
              hosts: ""
              paths: [{name: lte, match: {interface: wwan0}, preference: 1}, {name: wifi, match: {interface: wlan0}, preference: 2}]
              traffic: [{name: default, objective: handover}]
              handover: {upAfter: 40s, budgetPerHour: 60}
            """;
        Hold(default, new() { BytesSent = 1000, UnackedSegments = 1 });
        _reconciler.Recover();
        Adopt(1, Wifi, Lte);
        _reconciler.HandlePolicy(Assert.IsType<Policy>(PolicyText.Parse(Yaml, "p.yaml").Value), _now);
        var begun = new List<int>();
        var start = _now;
        for (var told = 0; _now - start < TimeSpan.FromMinutes(6); told = _plane.Occurred.Count)
        {
            Pass(100);
            begun.AddRange(_plane.Occurred.Skip(told)
                .Where(one => one.Kind == OccurrenceKind.Handover && one.Text.Contains(" begun ", StringComparison.Ordinal))
                .Select(_ => (int)(_now - start).TotalSeconds));
        }

        // A wait of 40, 80 and 160 s begins with the measurement that follows the 2 s for which it had to carry.
        Assert.Equal([0, 44, 128, 292], begun);
    }

    [Fact]
    public void A_peer_that_refuses_joins_to_its_first_address_is_joined_where_it_says()
    {
        _reconciler.HandleEvent(new MptcpEvent.Created(Token, OverWifi, false, true), _now);
        _reconciler.HandleEvent(new MptcpEvent.Established(Token, OverWifi, false, true), _now);
        Adopt(1, Wifi, Lte);
        Assert.Empty(_plane.Take());
        _reconciler.HandleEvent(new MptcpEvent.Announced(Token, 1, IPAddress.Parse("203.0.113.10"), 0), _now);
        _reconciler.Settle(_now);
        Assert.Equal(
            [
                "create 7 10.1.0.2 id 1 -> 203.0.113.10:443 None",
                "create 7 10.2.0.2 id 2 -> 203.0.113.10:443 Backup",
            ],
            _plane.Take());
    }

    [Fact]
    public void A_server_announces_its_other_address_once()
    {
        _plane.Held.Add(new PlaneConnection(Token, true, OverWifi, 0, [new PlaneSubflow(OverWifi, 0, 0, false, true, default)]));
        _reconciler.Recover();
        Adopt(1, Wifi, Lte);
        Assert.Equal(["announce 7 10.2.0.2 1"], _plane.Take());
        Pass(1000);
        Assert.Empty(_plane.Take());
    }

    public void Dispose() => _metrics.Dispose();

    private void Hold(SubflowSample wifi, SubflowSample lte)
    {
        var backup = _plane.Held.Count == 0;
        _plane.Held.Clear();
        _plane.Held.Add(new PlaneConnection(
            Token,
            false,
            OverWifi,
            0,
            [new PlaneSubflow(OverWifi, 0, 0, false, true, wifi), new PlaneSubflow(OverLte, 1, 0, backup, true, lte)]));
    }

    private void Adopt(ulong generation, PathKey active, PathKey backup)
    {
        PlannedPath[] paths = [new(active, "a", PathRole.Active, "carries"), new(backup, "b", PathRole.Backup, "stands by")];
        var traffic = new ClassPlan("default", new TrafficMatch(), Objective.Handover, null, [.. paths]);
        var content = new PlanContent("p", [traffic], PlanLimits.Default, HandoverRules.Default);
        var plan = new HostPlan(new PlanVersion(1, generation), null, 1, content);
        _reconciler.HandlePlan(new KeptPlan(plan, ""), keep: true, "silo's", _now);
    }

    private void Pass(int milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        _reconciler.Settle(_now);
    }
}
