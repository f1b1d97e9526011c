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

public sealed class ReconcilerTests : IDisposable
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

    public ReconcilerTests()
    {
        var clock = new AgentClock(TimeProvider.System);
        _reconciler = new Reconciler("van-1", _plane, _plane, new Journal(AgentLog.None, _metrics, clock), clock);
        Paths();
    }

    [Fact]
    public void A_plan_makes_the_missing_subflow_and_says_so()
    {
        Connect();
        var outcome = Adopt();
        Assert.Equal(["create 7 10.2.0.2 id 1 -> 203.0.113.9:443 Backup"], _plane.Take());
        Assert.Equal("create backup subflow wwan0/10.2.0.2 -> 203.0.113.9:443 id 1", Assert.Single(outcome.Applied).Action);
        Assert.Empty(outcome.Refused);
        Assert.Single(_plane.Kept);
    }

    [Fact]
    public void What_is_as_planned_is_not_touched_after_a_restart()
    {
        Hold();
        _reconciler.Recover();
        Assert.Empty(Adopt().Applied);
        Settle();
        Assert.Empty(_plane.Take());
        Assert.Equal([(OverWifi, 2), (OverLte, 3)], _plane.Watching.Select(one => (one.Tuple, one.InterfaceIndex)));
        Assert.Equal("default", Assert.Single(_plane.Published!.Connections).TrafficClass);
    }

    [Fact]
    public void A_refusal_is_reported_and_tried_again_later()
    {
        Connect();
        _plane.Refusal = new KernelError("create a subflow", Errno.AddressNotAvailable, null);
        var outcome = Adopt();
        Assert.StartsWith("Cannot create a subflow: EADDRNOTAVAIL", Assert.Single(outcome.Refused).Error, StringComparison.Ordinal);
        Assert.Single(_plane.Take());
        Settle();
        Assert.Empty(_plane.Take());

        _plane.Refusal = null;
        Pass(200);
        Assert.Single(_plane.Take());
    }

    [Fact]
    public void A_link_that_goes_down_is_withdrawn_and_closed_before_anything_else()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Paths(wifi: false);
        Assert.Equal(["withdraw 7 0", $"destroy 7 {OverWifi}"], _plane.Take()[..2]);
        Settle();
        Assert.Contains(_plane.Occurred, one => one.Kind == OccurrenceKind.Reflex && one.Path == Wifi);
        Assert.Equal(PathState.LinkDown, _plane.Published!.Paths[0].State);
    }

    [Fact]
    public void A_link_that_went_down_and_is_up_again_within_a_turn_is_taken_for_both()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Settle();
        _plane.Take();
        _plane.News.Clear();
        Paths(wifi: true, downs: 1);
        Settle();
        Assert.Equal(["withdraw 7 0", $"destroy 7 {OverWifi}"], _plane.Take()[..2]);
        Assert.Equal([PathState.LinkDown, PathState.Up], _plane.News.Select(news => news.Snapshot.Paths[0].State));
        Paths(wifi: true, downs: 1);
        Settle();
        Assert.Empty(_plane.Take());
        Paths(wifi: false, downs: 2);
        _plane.News.Clear();
        Paths(wifi: true, downs: 2);
        Settle();
        Assert.Equal([PathState.Up], _plane.News.Select(news => news.Snapshot.Paths[0].State));
    }

    [Fact]
    public void That_a_link_went_down_is_told_once_and_together_with_the_path_as_it_is_now()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Settle();
        _plane.News.Clear();
        Paths(wifi: false);
        Assert.Empty(_plane.News);
        Settle();
        var news = Assert.Single(_plane.News);
        Assert.Equal(PathState.LinkDown, news.Snapshot.Paths[0].State);
        Assert.Equal(
            [OccurrenceKind.Action, OccurrenceKind.Action, OccurrenceKind.Reflex],
            news.Occurrences.Take(3).Select(one => one.Kind).Order());
    }

    [Fact]
    public void Loss_that_begins_is_told_within_some_tenths_of_a_second_and_so_is_its_end()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Settle();
        var sample = new SubflowSample { RttUs = 20_000 };
        List<(int Ms, double? LossPct)> told = [];
        for (var ms = 100; ms <= 4000; ms += 100)
        {
            _now += TimeSpan.FromMilliseconds(100);
            sample = sample with
            {
                BytesSent = sample.BytesSent + 60_000,
                BytesRetransmitted = sample.BytesRetransmitted + (ms is > 1000 and <= 2000 ? 18_000ul : 0),
            };
            Measured(OverWifi, sample);
            _plane.News.Clear();
            Settle();
            told.AddRange(_plane.News.Where(news => news.Occurrences.Any(one => one.Kind == OccurrenceKind.Threshold))
                .Select(news => (ms, news.Snapshot.Paths[0].LossPct)));
        }

        Assert.Equal([(1300, 30), (2200, 10)], told);
    }

    [Fact]
    public void The_last_subflow_is_kept_when_its_link_goes_down()
    {
        Connect();
        Adopt(onlyWifi: true);
        Paths(wifi: false);
        Settle();
        Assert.DoesNotContain(_plane.Take(), call => call.StartsWith("destroy", StringComparison.Ordinal));
    }

    [Fact]
    public void A_silent_subflow_is_closed_and_made_again_at_once_and_an_answer_shows_a_false_alarm()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Alarm(OverWifi);
        Assert.Equal([$"destroy 7 {OverWifi}", "create 7 10.1.0.2 id 2 -> 203.0.113.9:443 None"], _plane.Take());
        Settle();
        Assert.Contains(
            _plane.Occurred, one => one.Text == "silent for 60 ms (threshold 45 ms): closed, so that its data goes over the others");

        _now += TimeSpan.FromMilliseconds(80);
        var again = new SubflowFacts(OverWifi with { LocalPort = 40002 }, 2, 0, false, 0);
        _reconciler.HandleEvent(new MptcpEvent.SubflowEstablished(Token, again), _now);
        Assert.Equal(1, _reconciler.FalseAlarmCount);
        Settle();
        Assert.Equal(PathState.Up, _plane.Published!.Paths[0].State);
        Assert.True(_plane.Watching.Single(one => one.Tuple.LocalPort == 40002).Cautious);
    }

    [Fact]
    public void The_end_of_a_subflow_that_the_reflex_closed_is_not_taken_for_the_end_of_the_one_made_after_it()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Alarm(OverWifi);
        _plane.Take();
        _reconciler.HandleEvent(new MptcpEvent.SubflowClosed(Token, new SubflowFacts(OverWifi, 0, 0, false, 0), 0, null), _now);
        Settle();
        Assert.DoesNotContain(_plane.Occurred, one => one.Kind == OccurrenceKind.Refused);
        Assert.Empty(_plane.Take());
    }

    [Fact]
    public void A_path_that_does_not_answer_the_join_is_silent()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Alarm(OverWifi);
        _plane.Held.Clear();
        Pass((int)PathBook.ConfirmAfter.TotalMilliseconds);
        Assert.Equal(PathState.Silent, _plane.Published!.Paths[0].State);
        Assert.Equal(0, _reconciler.FalseAlarmCount);
    }

    [Fact]
    public void The_only_subflow_is_left_when_it_falls_silent()
    {
        Connect();
        Adopt(onlyWifi: true);
        Alarm(OverWifi);
        Assert.DoesNotContain(_plane.Take(), call => call.StartsWith("destroy", StringComparison.Ordinal));
        Settle();
        Assert.Contains(_plane.Occurred, one => one.Text.EndsWith("left, for no other subflow carries", StringComparison.Ordinal));
    }

    [Fact]
    public void A_connection_that_the_kernel_manages_is_never_touched()
    {
        _plane.Kernels.Add(Token);
        Hold();
        _reconciler.Recover();
        Adopt();
        Paths(wifi: false);
        Alarm(OverLte);
        Settle();
        Assert.Empty(_plane.Take());
        Assert.Empty(_plane.Watching);
        Assert.Equal("", Assert.Single(_plane.Published!.Connections).TrafficClass);
    }

    [Fact]
    public void A_plan_without_classes_does_nothing()
    {
        Hold();
        _reconciler.Recover();
        _reconciler.HandlePlan(new KeptPlan(Plan([]), ""), keep: true, "silo's", _now);
        Paths(wifi: false);
        Settle();
        Assert.Empty(_plane.Take());
        Assert.Empty(_plane.Watching);
    }

    [Fact]
    public void A_join_that_fails_later_is_told_and_tried_again()
    {
        Connect();
        Adopt();
        _plane.Take();
        _reconciler.HandleEvent(
            new MptcpEvent.SubflowClosed(Token, new SubflowFacts(OverLte, 1, 0, false, 0), Errno.TimedOut, null), _now);
        Settle();
        Assert.Contains(
            _plane.Occurred, one => one.Kind == OccurrenceKind.Refused && one.Text.EndsWith(": ETIMEDOUT", StringComparison.Ordinal));
        Pass(200);
        Assert.Single(_plane.Take(), call => call.StartsWith("create 7 10.2.0.2", StringComparison.Ordinal));
    }

    [Fact]
    public void An_alarm_of_nothing_known_leaves_what_is_to_be_done()
    {
        Hold();
        _reconciler.Recover();
        Adopt();
        Settle();
        _reconciler.HandleEvent(new MptcpEvent.SubflowClosed(Token, new SubflowFacts(OverLte, 1, 0, false, 0), 0, null), _now);
        Alarm(OverLte with { LocalPort = 1 });
        Settle();
        Pass(1000);
        Assert.StartsWith("create 7 10.2.0.2", Assert.Single(_plane.Take()), StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_events_are_made_good_by_a_look()
    {
        Connect();
        Adopt(onlyWifi: true);
        _plane.Held.Clear();
        _reconciler.HandleEvent(new MptcpEvent.Overrun(), _now);
        Settle();
        Assert.Empty(_plane.Published!.Connections);
    }

    public void Dispose() => _metrics.Dispose();

    private void Connect()
    {
        _reconciler.HandleEvent(new MptcpEvent.Created(Token, OverWifi, false, false), _now);
        _reconciler.HandleEvent(new MptcpEvent.Established(Token, OverWifi, false, false), _now);
        Settle();
    }

    private void Hold() => _plane.Held.Add(new PlaneConnection(
        Token,
        false,
        OverWifi,
        0,
        [new PlaneSubflow(OverWifi, 0, 0, false, true, default), new PlaneSubflow(OverLte, 1, 0, true, true, default)]));

    private PlanOutcome Adopt(bool onlyWifi = false) => _reconciler.HandlePlan(
        new KeptPlan(
            Plan(
                [
                    new ClassPlan(
                        "default",
                        new TrafficMatch(),
                        Objective.Handover,
                        null,
                        onlyWifi
                            ? [new PlannedPath(Wifi, "wifi", PathRole.Active, "preferred")]
                            : [
                                new PlannedPath(Wifi, "wifi", PathRole.Active, "preferred"),
                                new PlannedPath(Lte, "lte", PathRole.Backup, "stands by"),
                            ]),
                ]),
            ""),
        keep: true,
        "silo's",
        _now);

    private static HostPlan Plan(EquatableArray<ClassPlan> classes) =>
        new(new PlanVersion(1, 1), null, 1, new PlanContent("p", classes, PlanLimits.Default, HandoverRules.Default));

    private void Paths(bool wifi = true, int downs = 0) =>
        _reconciler.HandlePaths([new HostPath(Wifi, 2, wifi, null, Downs: downs), new HostPath(Lte, 3, true, null)], _now);

    private void Alarm(FourTuple subflow) => _reconciler.HandleAlarm(
        new BlackholeAlarm(
            Token, subflow, new BlackholeVerdict(true, true, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(45))),
        _now);

    private void Measured(FourTuple subflow, SubflowSample sample)
    {
        var held = _plane.Held[0];
        var subflows = held.Subflows.Select(one => one.Tuple == subflow ? one with { Sample = sample } : one);
        _plane.Held[0] = held with { Subflows = [.. subflows] };
        var batch = new MeasuredBatch();
        Assert.True(batch.TryFill([new MeasuredSubflow(subflow, sample)]));
        _reconciler.HandleMeasured(batch, _now);
    }

    private void Settle() => _reconciler.Settle(_now);

    private void Pass(int milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        Settle();
    }
}
