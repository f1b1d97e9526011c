using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class ReconcilerTests : ReconcilerRig
{
    [Fact]
    public void A_plan_makes_the_missing_subflow_and_says_so()
    {
        Connect();
        var outcome = Adopt();
        Assert.Equal(["create 7 10.2.0.2 id 1 -> 203.0.113.9:443 Backup"], Plane.Take());
        Assert.Equal("create backup subflow wwan0/10.2.0.2 -> 203.0.113.9:443 id 1", Assert.Single(outcome.Applied).Action);
        Assert.Empty(outcome.Refused);
        Assert.Single(Plane.Kept);
    }

    [Fact]
    public void What_is_as_planned_is_not_touched_after_a_restart()
    {
        Hold();
        Reconciler.Recover();
        Assert.Empty(Adopt().Applied);
        Settle();
        Assert.Empty(Plane.Take());
        Assert.Equal([(OverWifi, 2), (OverLte, 3)], Plane.Watching.Select(one => (one.Tuple, one.InterfaceIndex)));
        Assert.Equal("default", Assert.Single(Plane.Published!.Connections).TrafficClass);
    }

    [Fact]
    public void A_refusal_is_reported_and_tried_again_later()
    {
        Connect();
        Plane.Refusal = new KernelError("create a subflow", Errno.AddressNotAvailable, null);
        var outcome = Adopt();
        Assert.StartsWith("Cannot create a subflow: EADDRNOTAVAIL", Assert.Single(outcome.Refused).Error, StringComparison.Ordinal);
        Assert.Single(Plane.Take());
        Settle();
        Assert.Empty(Plane.Take());

        Plane.Refusal = null;
        Pass(200);
        Assert.Single(Plane.Take());
    }

    [Fact]
    public void A_link_that_goes_down_is_withdrawn_and_closed_before_anything_else()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Paths(wifi: false);
        Assert.Equal(["withdraw 7 0", $"destroy 7 {OverWifi}"], Plane.Take()[..2]);
        Settle();
        Assert.Contains(Plane.Occurred, one => one.Kind == OccurrenceKind.Reflex && one.Path == Wifi);
        Assert.Equal(PathState.LinkDown, Plane.Published!.Paths[0].State);
    }

    [Fact]
    public void A_link_that_went_down_and_is_up_again_within_a_turn_is_taken_for_both()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Settle();
        Plane.Take();
        Plane.News.Clear();
        Paths(wifi: true, downs: 1);
        Settle();
        Assert.Equal(["withdraw 7 0", $"destroy 7 {OverWifi}"], Plane.Take()[..2]);
        Assert.Equal([PathState.LinkDown, PathState.Up], Plane.News.Select(news => news.Snapshot.Paths[0].State));
        Paths(wifi: true, downs: 1);
        Settle();
        Assert.Empty(Plane.Take());
        Paths(wifi: false, downs: 2);
        Plane.News.Clear();
        Paths(wifi: true, downs: 2);
        Settle();
        Assert.Equal([PathState.Up], Plane.News.Select(news => news.Snapshot.Paths[0].State));
    }

    [Fact]
    public void That_a_link_went_down_is_told_once_and_together_with_the_path_as_it_isNow()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Settle();
        Plane.News.Clear();
        Paths(wifi: false);
        Assert.Empty(Plane.News);
        Settle();
        var news = Assert.Single(Plane.News);
        Assert.Equal(PathState.LinkDown, news.Snapshot.Paths[0].State);
        Assert.Equal(
            [OccurrenceKind.Action, OccurrenceKind.Action, OccurrenceKind.Reflex],
            news.Occurrences.Take(3).Select(one => one.Kind).Order());
    }

    [Fact]
    public void Loss_that_begins_is_told_within_some_tenths_of_a_second_and_so_is_its_end()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Settle();
        var sample = new SubflowSample { RttUs = 20_000 };
        List<(int Ms, double? LossPct)> told = [];
        for (var ms = 100; ms <= 4000; ms += 100)
        {
            Wait(100);
            sample = sample with
            {
                BytesSent = sample.BytesSent + 60_000,
                BytesRetransmitted = sample.BytesRetransmitted + (ms is > 1000 and <= 2000 ? 18_000ul : 0),
            };
            Measured(OverWifi, sample);
            Plane.News.Clear();
            Settle();
            told.AddRange(Plane.News.Where(news => news.Occurrences.Any(one => one.Kind == OccurrenceKind.Threshold))
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
        Assert.DoesNotContain(Plane.Take(), call => call.StartsWith("destroy", StringComparison.Ordinal));
    }

    [Fact]
    public void A_silent_subflow_is_closed_and_made_again_at_once_and_an_answer_shows_a_false_alarm()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Alarm(OverWifi);
        Assert.Equal([$"destroy 7 {OverWifi}", "create 7 10.1.0.2 id 2 -> 203.0.113.9:443 None"], Plane.Take());
        Settle();
        Assert.Contains(
            Plane.Occurred, one => one.Text == "silent for 60 ms (threshold 45 ms): closed, so that its data goes over the others");

        Wait(80);
        Established(OverWifi with { LocalPort = 40002 }, 2);
        Assert.Equal(1, Reconciler.FalseAlarmCount);
        Settle();
        Assert.Equal(PathState.Up, Plane.Published!.Paths[0].State);
        Assert.True(Plane.Watching.Single(one => one.Tuple.LocalPort == 40002).Cautious);
    }

    [Fact]
    public void The_end_of_a_subflow_that_the_reflex_closed_is_not_taken_for_the_end_of_the_one_made_after_it()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Alarm(OverWifi);
        Plane.Take();
        Closed(OverWifi, 0);
        Settle();
        Assert.DoesNotContain(Plane.Occurred, one => one.Kind == OccurrenceKind.Refused);
        Assert.Empty(Plane.Take());
    }

    [Fact]
    public void A_path_that_does_not_answer_the_join_is_silent()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Alarm(OverWifi);
        Plane.Held.Clear();
        Pass((int)PathBook.ConfirmAfter.TotalMilliseconds);
        Assert.Equal(PathState.Silent, Plane.Published!.Paths[0].State);
        Assert.Equal(0, Reconciler.FalseAlarmCount);
    }

    [Fact]
    public void The_only_subflow_is_left_when_it_falls_silent()
    {
        Connect();
        Adopt(onlyWifi: true);
        Alarm(OverWifi);
        Assert.DoesNotContain(Plane.Take(), call => call.StartsWith("destroy", StringComparison.Ordinal));
        Settle();
        Assert.Contains(Plane.Occurred, one => one.Text.EndsWith("left, for no other subflow carries", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_join_that_is_not_answered_in_time_is_closed_where_it_would_keep_a_place(bool closes)
    {
        Plane.ClosesJoins = closes;
        Connect();
        Adopt();
        Assert.Single(Plane.Take(), call => call.StartsWith("create 7 10.2.0.2", StringComparison.Ordinal));
        Plane.Held.Add(new PlaneConnection(
            Token,
            false,
            OverWifi,
            0,
            [new PlaneSubflow(OverWifi, 0, 0, false, true, default), new PlaneSubflow(OverLte, 1, 0, true, false, default)]));
        Pass(2 * (int)ConnectionTable.PendingLimit.TotalMilliseconds);
        Assert.Equal(closes ? new[] { $"destroy 7 {OverLte}" } : [], Plane.Take());
        Pass(200);
        Assert.Single(Plane.Take(), call => call.StartsWith("create 7 10.2.0.2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_connection_that_the_kernel_manages_is_never_touched()
    {
        Plane.Kernels.Add(Token);
        Hold();
        Reconciler.Recover();
        Adopt();
        Paths(wifi: false);
        Alarm(OverLte);
        Settle();
        Assert.Empty(Plane.Take());
        Assert.Empty(Plane.Watching);
        Assert.Equal("", Assert.Single(Plane.Published!.Connections).TrafficClass);
    }

    [Fact]
    public void A_plan_without_classes_does_nothing()
    {
        Hold();
        Reconciler.Recover();
        Adopt([]);
        Paths(wifi: false);
        Settle();
        Assert.Empty(Plane.Take());
        Assert.Empty(Plane.Watching);
    }

    [Fact]
    public void A_join_that_fails_later_is_told_and_tried_again()
    {
        Connect();
        Adopt();
        Plane.Take();
        Closed(OverLte, 1, Errno.TimedOut);
        Settle();
        Assert.Contains(
            Plane.Occurred, one => one.Kind == OccurrenceKind.Refused && one.Text.EndsWith(": ETIMEDOUT", StringComparison.Ordinal));
        Pass(200);
        Assert.Single(Plane.Take(), call => call.StartsWith("create 7 10.2.0.2", StringComparison.Ordinal));
    }

    [Fact]
    public void An_alarm_of_nothing_known_leaves_what_is_to_be_done()
    {
        Hold();
        Reconciler.Recover();
        Adopt();
        Settle();
        Closed(OverLte, 1);
        Alarm(OverLte with { LocalPort = 1 });
        Settle();
        Pass(1000);
        Assert.StartsWith("create 7 10.2.0.2", Assert.Single(Plane.Take()), StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_events_are_made_good_by_a_look()
    {
        Connect();
        Adopt(onlyWifi: true);
        Plane.Held.Clear();
        Reconciler.HandleEvent(new MptcpEvent.Overrun(), Now);
        Settle();
        Assert.Empty(Plane.Published!.Connections);
    }

    private void Connect()
    {
        Reconciler.HandleEvent(new MptcpEvent.Created(Token, OverWifi, false, false), Now);
        Reconciler.HandleEvent(new MptcpEvent.Established(Token, OverWifi, false, false), Now);
        Settle();
    }

    private void Hold() => Hold(
        new PlaneSubflow(OverWifi, 0, 0, false, true, default), new PlaneSubflow(OverLte, 1, 0, true, true, default));

    private PlanOutcome Adopt(bool onlyWifi = false) => onlyWifi ? Adopt(Wifi) : Adopt(Wifi, Lte);

    private void Measured(FourTuple subflow, SubflowSample sample)
    {
        var held = Plane.Held[0];
        var subflows = held.Subflows.Select(one => one.Tuple == subflow ? one with { Sample = sample } : one);
        Plane.Held[0] = held with { Subflows = [.. subflows] };
        var batch = new MeasuredBatch();
        Assert.True(batch.TryFill([new MeasuredSubflow(subflow, sample)]));
        Reconciler.HandleMeasured(batch, Now);
    }
}
