using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Session;

public sealed class SessionMachineTests
{
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private readonly SessionMachine _machine;
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public SessionMachineTests() => _machine = New(null);

    [Fact]
    public void It_connects_at_once_and_says_hello_with_what_runs()
    {
        var machine = New(new PlanOutcome(new PlanVersion(3, 7), [], []));
        machine.HandleTimeout(_now);
        Assert.IsType<SessionEffect.Connect>(Effect(machine));
        machine.HandleConnected(_now);
        var hello = Assert.IsType<AgentMessage.Hello>(Sent(machine));
        Assert.Equal((new PlanVersion(3, 7), 0ul, "van-1"), (hello.Running, hello.ObservationSequence, hello.Host));
    }

    [Fact]
    public void A_silo_that_is_not_there_from_the_start_is_told_once()
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            _now = _machine.PollDeadline()!.Value;
            _machine.HandleTimeout(_now);
            Assert.IsType<SessionEffect.Connect>(Effect(_machine));
            _machine.HandleClosed("refused", _now);
            Assert.Equal(attempt == 0 ? new SessionEffect.SiloAway("refused") : null, Effect(_machine));
        }

        _now = _machine.PollDeadline()!.Value;
        Open();
    }

    [Fact]
    public void The_first_report_is_full_and_the_next_one_says_what_changed()
    {
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), []), _now);
        Open();
        var first = Report();
        Assert.Equal((1ul, true, 1), (first.Sequence, first.Full, first.Paths.Count));

        Pass(10);
        _machine.HandleNews(new HostNews(Snapshot(PathState.LinkDown), []), _now);
        var second = Report();
        Assert.Equal((2ul, false, PathState.LinkDown), (second.Sequence, second.Full, second.Paths[0].State));
    }

    [Fact]
    public void Measurements_wait_for_the_interval_and_state_does_not()
    {
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up, rttMs: 20), []), _now);
        Open();
        Report();
        Pass(10);
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up, rttMs: 21), []), _now);
        Assert.Null(Effect(_machine));
        Pass(990);
        Assert.Equal(21, Report().Paths[0].RttMs);
    }

    [Fact]
    public void A_burst_of_changes_that_can_wait_is_one_report()
    {
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), []), _now);
        Open();
        Report();
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up, subflows: 1), [Happened(OccurrenceKind.Action)]), _now);
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up, subflows: 2), []), _now);
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up, subflows: 3), []), _now);
        Assert.Null(Effect(_machine));
        Assert.Equal(_now + TimeSpan.FromMilliseconds(2), _machine.PollDeadline());
        Pass(2);
        Assert.Equal((3, 1), (Report() is var report ? report.Paths[0].Subflows : 0, report.Occurrences.Count));
        Assert.Null(Effect(_machine));
    }

    [Theory]
    [InlineData(PathState.LinkDown, OccurrenceKind.Reflex)]
    [InlineData(PathState.Silent, null)]
    [InlineData(PathState.Up, OccurrenceKind.Plan)]
    public void A_path_that_dies_and_a_plan_that_runs_are_told_at_once_and_whole_though_a_report_just_left(PathState state, string? kind)
    {
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), []), _now);
        Open();
        Report();
        _machine.HandleNews(new HostNews(Snapshot(state), kind is null ? [] : [Happened(kind)]), _now);
        var report = Report();
        Assert.Equal(kind is null ? [] : [kind], report.Occurrences.Select(one => one.Kind));
        Assert.Equal(state == PathState.Up ? [] : [state], report.Paths.Select(path => path.State));
        Assert.Null(Effect(_machine));
    }

    [Fact]
    public void While_a_message_is_being_written_the_latest_waits()
    {
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), []), _now);
        Open();
        Assert.IsType<AgentMessage.Report>(Sent(_machine));
        Pass(10);
        _machine.HandleNews(new HostNews(Snapshot(PathState.LinkDown), []), _now);
        _machine.HandleNews(new HostNews(Snapshot(PathState.Silent), []), _now);
        Assert.Null(Effect(_machine));
        _machine.HandleSent(_now);
        Assert.Equal(PathState.Silent, Report().Paths[0].State);
    }

    [Fact]
    public void A_gap_is_answered_by_a_full_report()
    {
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), []), _now);
        Open();
        Report();
        Pass(10);
        _machine.HandleMessage(new SiloMessage.FullReportRequest("gap"), _now);
        Assert.Equal((2ul, true), (Report() is var report ? report.Sequence : 0, report.Full));
    }

    [Fact]
    public void A_plan_is_applied_and_its_outcome_acknowledged()
    {
        Open();
        var plan = Offer(1, 1);
        Assert.Equal(plan, Assert.IsType<SessionEffect.Apply>(Effect(_machine)).Plan);
        var outcome = new PlanOutcome(
            plan.Version, [new ActionOutcome("create", "why", "")], [new ActionOutcome("create", "why", "EINVAL")]);
        _machine.HandleApplied(outcome, _now);
        Assert.Equal(outcome, Assert.IsType<AgentMessage.Ack>(Sent(_machine)).Outcome);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(0, 99)]
    public void An_older_plan_is_refused_with_what_runs(ulong epoch, ulong generation)
    {
        Open();
        Apply(1, 5);
        Offer(epoch, generation);
        var nack = Assert.IsType<AgentMessage.Nack>(Sent(_machine));
        Assert.Equal((new PlanVersion(epoch, generation), new PlanVersion(1, 5)), (nack.Version, nack.Running));
        Assert.Equal($"plan {epoch}.{generation} is older than 1.5, which runs", nack.Reason);
    }

    [Fact]
    public void The_plan_that_runs_is_acknowledged_again_without_being_applied()
    {
        Open();
        Apply(1, 5);
        Offer(1, 5);
        Assert.Equal(new PlanVersion(1, 5), Assert.IsType<AgentMessage.Ack>(Sent(_machine)).Outcome.Version);
    }

    [Fact]
    public void An_unreadable_plan_is_refused_and_so_is_its_repetition_until_a_newer_one_comes()
    {
        Open();
        _machine.HandleMessage(new SiloMessage.UnreadablePlan(new PlanVersion(1, 2), "no role"), _now);
        Assert.Equal("no role", Assert.IsType<AgentMessage.Nack>(Sent(_machine)).Reason);
        _machine.HandleSent(_now);
        Offer(1, 2);
        Assert.Contains("was refused: no role", Assert.IsType<AgentMessage.Nack>(Sent(_machine)).Reason, StringComparison.Ordinal);
        _machine.HandleSent(_now);
        Offer(1, 3);
        Assert.IsType<SessionEffect.Apply>(Effect(_machine));
    }

    [Fact]
    public void An_answer_that_was_not_written_is_given_in_the_next_session_and_a_plan_refused_in_part_is_not_called_running()
    {
        Open();
        Offer(1, 5);
        Assert.IsType<SessionEffect.Apply>(Effect(_machine));
        var outcome = new PlanOutcome(new PlanVersion(1, 5), [], [new ActionOutcome("create", "why", "EINVAL")]);
        _machine.HandleApplied(outcome, _now);
        Assert.IsType<AgentMessage.Ack>(Sent(_machine));
        _machine.HandleClosed("reset", _now);
        Assert.IsType<SessionEffect.SiloAway>(Effect(_machine));

        _now = _machine.PollDeadline()!.Value;
        Open();
        Assert.Equal(outcome, Assert.IsType<AgentMessage.Ack>(Sent(_machine)).Outcome);
        _machine.HandleSent(_now);
        Offer(1, 5);
        Assert.Equal(outcome, Assert.IsType<AgentMessage.Ack>(Sent(_machine)).Outcome);
        _machine.HandleSent(_now);
        Offer(1, 4);
        var nack = Assert.IsType<AgentMessage.Nack>(Sent(_machine));
        Assert.Equal(("plan 1.4 is older than 1.5, which runs in part", null), (nack.Reason, nack.Running));
    }

    [Fact]
    public void Nor_is_one_that_was_kept_and_went_wrong_at_the_start()
    {
        var machine = New(new PlanOutcome(new PlanVersion(3, 7), [], [new ActionOutcome("schedule", "why", "none such")]));
        machine.HandleTimeout(_now);
        Assert.IsType<SessionEffect.Connect>(Effect(machine));
        machine.HandleConnected(_now);
        var hello = Assert.IsType<AgentMessage.Hello>(Sent(machine));
        Assert.Equal((null, new PlanVersion(3, 7)), (hello.Running, hello.Taken));
    }

    [Fact]
    public void A_plan_that_is_offered_again_while_it_is_being_applied_is_answered_once_it_is()
    {
        Open();
        Offer(1, 1);
        Assert.IsType<SessionEffect.Apply>(Effect(_machine));
        _machine.HandleClosed("reset", _now);
        Assert.IsType<SessionEffect.SiloAway>(Effect(_machine));
        _now = _machine.PollDeadline()!.Value;
        Open();
        Offer(1, 1);
        Assert.Null(Effect(_machine));
        _machine.HandleApplied(new PlanOutcome(new PlanVersion(1, 1), [], []), _now);
        Assert.IsType<AgentMessage.Ack>(Sent(_machine));
        _machine.HandleSent(_now);
        Assert.Null(Effect(_machine));
    }

    [Fact]
    public void Of_the_plans_that_come_while_one_is_being_applied_the_newest_follows()
    {
        Open();
        Offer(1, 1);
        Assert.IsType<SessionEffect.Apply>(Effect(_machine));
        Offer(1, 2);
        Offer(1, 3);
        Offer(1, 2);
        Assert.Null(Effect(_machine));
        _machine.HandleApplied(new PlanOutcome(new PlanVersion(1, 1), [], []), _now);
        Assert.Equal(new PlanVersion(1, 3), Assert.IsType<SessionEffect.Apply>(Effect(_machine)).Plan.Version);
    }

    [Fact]
    public void A_quiet_agent_sends_heartbeats_and_a_quiet_silo_is_given_up()
    {
        Open();
        Pass(5000);
        Assert.Equal(1ul, Assert.IsType<AgentMessage.Heartbeat>(Sent(_machine)).Sequence);
        _machine.HandleSent(_now);
        Pass(5000);
        Assert.Equal(2ul, Assert.IsType<AgentMessage.Heartbeat>(Sent(_machine)).Sequence);
        _machine.HandleSent(_now);
        Pass(5000);
        Assert.Equal("nothing heard from the silo", Assert.IsType<SessionEffect.Close>(Effect(_machine)).Reason);
        Assert.IsType<SessionEffect.SiloAway>(Effect(_machine));
    }

    [Fact]
    public void Waits_grow_twofold_up_to_the_limit_with_full_jitter()
    {
        var random = new Random(1);
        foreach (var ceiling in new[] { 500, 1000, 2000, 4000, 8000, 15000, 15000 })
        {
            _machine.HandleTimeout(_now);
            _machine.HandleClosed("refused", _now);
            var wait = _machine.PollDeadline()!.Value - _now;
            Assert.Equal(ceiling * random.NextDouble(), wait.TotalMilliseconds, 0.001);
            _now += wait;
        }
    }

    [Fact]
    public void After_a_break_only_what_changed_is_told_and_lost_occurrences_are_told_again()
    {
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), []), _now);
        Open();
        Report();
        Pass(10);
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), [Happened(OccurrenceKind.Reflex, "silent")]), _now);
        Assert.Single(Assert.IsType<AgentMessage.Report>(Sent(_machine)).Delta.Occurrences);
        _machine.HandleClosed("reset", _now);
        Assert.IsType<SessionEffect.SiloAway>(Effect(_machine));
        _machine.HandleNews(new HostNews(Snapshot(PathState.Up), [Happened(OccurrenceKind.Action, "create")]), _now);

        _now = _machine.PollDeadline()!.Value;
        Open(sequence: 2);
        var report = Report();
        Assert.Equal((3ul, false), (report.Sequence, report.Full));
        Assert.Equal(["silent", "create"], report.Occurrences.Select(one => one.Text));
    }

    [Fact]
    public void Messages_before_the_session_is_open_or_after_it_ended_do_nothing()
    {
        _machine.HandleMessage(new SiloMessage.Plan(Plan(1, 1), ""), _now);
        _machine.HandleSent(_now);
        _machine.HandleConnected(_now);
        _machine.HandleClosed("late", _now);
        Assert.Null(Effect(_machine));
    }

    private static SessionMachine New(PlanOutcome? kept) => new(
        new SessionOptions("van-1", ImmutableSortedDictionary<string, string>.Empty, "1", new HostCapabilities([], "6.18")),
        kept,
        new Random(1),
        DateTimeOffset.UnixEpoch);

    private static HostSnapshot Snapshot(PathState state, double? rttMs = null, int subflows = 0) => new(
        DateTimeOffset.UnixEpoch,
        [new PathObservation(Wifi, state, RttMs: rttMs, Subflows: subflows)],
        [],
        ImmutableSortedDictionary<string, ulong>.Empty);

    private HostOccurrence Happened(string kind, string text = "it happened") => new(_now, kind, 1, Wifi, text);

    private static HostPlan Plan(ulong epoch, ulong generation) => new(
        new PlanVersion(epoch, generation), null, 1, new PlanContent("p", [], PlanLimits.Default, HandoverRules.Default));

    private static SessionEffect? Effect(SessionMachine machine) => machine.PollEffect(out var effect) ? effect : null;

    private static AgentMessage Sent(SessionMachine machine) => Assert.IsType<SessionEffect.Send>(Effect(machine)).Message;

    private void Open(ulong sequence = 0)
    {
        _machine.HandleTimeout(_now);
        Assert.IsType<SessionEffect.Connect>(Effect(_machine));
        _machine.HandleConnected(_now);
        var hello = Assert.IsType<AgentMessage.Hello>(Sent(_machine));
        Assert.Equal((sequence, null), (hello.ObservationSequence, hello.Running));
        _machine.HandleSent(_now);
        _machine.HandleMessage(new SiloMessage.Welcome(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), "silo"), _now);
        Assert.IsType<SessionEffect.SiloBack>(Effect(_machine));
    }

    private ReportDelta Report()
    {
        var report = Assert.IsType<AgentMessage.Report>(Sent(_machine)).Delta;
        _machine.HandleSent(_now);
        return report;
    }

    private HostPlan Offer(ulong epoch, ulong generation)
    {
        var plan = Plan(epoch, generation);
        _machine.HandleMessage(new SiloMessage.Plan(plan, ""), _now);
        return plan;
    }

    private void Apply(ulong epoch, ulong generation)
    {
        Offer(epoch, generation);
        Assert.IsType<SessionEffect.Apply>(Effect(_machine));
        _machine.HandleApplied(new PlanOutcome(new PlanVersion(epoch, generation), [], []), _now);
        Assert.IsType<AgentMessage.Ack>(Sent(_machine));
        _machine.HandleSent(_now);
    }

    private void Pass(int milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        _machine.HandleTimeout(_now);
    }
}
