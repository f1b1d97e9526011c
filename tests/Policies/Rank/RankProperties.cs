using Multipath.Policies.Model;
using Multipath.Policies.Rank;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Rank;

public sealed class RankProperties
{
    private static readonly PathKey[] Keys = [Wifi, Lte, Sat, Key("wlan1", "10.1.1.2"), Key("eth0", "10.9.0.2")];
    private static readonly string[] Objectives = ["handover", "latency", "cost", "aggregate"];

    [Fact]
    public void The_same_input_gives_the_same_plan_and_ranking_twice_changes_nothing() => Always((input, outcome) =>
    {
        Assert.Equal(outcome, Ranker.Rank(input));
        var again = Ranker.Rank(input with { Previous = outcome.Content, Memory = outcome.Memory });
        Assert.Same(outcome.Content, again.Content);
        Assert.Equal(outcome.NextDeadline, again.NextDeadline);
        Assert.Equal(outcome.Memory, again.Memory);
    });

    [Fact]
    public void Limits_and_roles_of_classes_are_kept_and_each_path_is_in_the_plan_once() => Always((input, outcome) =>
    {
        var lines = outcome.Content.Classes[0].Paths;
        Assert.Equal(input.Observation.Paths.Select(p => p.Path).ToHashSet(), lines.Select(l => l.Path).ToHashSet());
        Assert.Equal(input.Observation.Paths.Count, lines.Count);
        Assert.InRange(lines.Count(l => l.Role != PathRole.Avoid), 0, input.Policy.Limits.Subflows);
        Assert.All(lines, l => Assert.True(l.PathClass != "other" || l.Role == PathRole.Avoid));
        Assert.All(lines, l => Assert.StartsWith(l.PathClass, l.Reason, StringComparison.Ordinal));
        Assert.Equal(lines.Select(l => l.Role).Order(), lines.Select(l => l.Role));
    });

    [Fact]
    public void There_are_never_fewer_usable_paths_in_use_than_the_policy_asks_for() => Always((input, outcome) =>
    {
        var lines = outcome.Content.Classes[0].Paths;
        var carriers = lines.Where(l => l.PathClass != "other").ToArray();
        var usable = outcome.Memory.Verdicts.Where(v => v.Verdict == Verdict.Usable).Select(v => v.Path).ToHashSet();
        var active = lines.Where(l => l.Role == PathRole.Active).ToArray();
        Assert.Equal(carriers.Length > 0, active.Length > 0);
        if (carriers.Any(l => usable.Contains(l.Path)))
        {
            Assert.All(active, l => Assert.Contains(l.Path, usable));
        }

        if (input.Policy.Traffic[0].Objective == Objective.Aggregate)
        {
            var mayCarry = carriers.Count(l => l.PathClass != "sat" && usable.Contains(l.Path));
            Assert.True(active.Length >= Math.Min(mayCarry, input.Policy.Limits.Subflows));
        }
    });

    [Fact]
    public void A_usable_path_is_left_no_more_often_than_the_budget_allows() => Dice.Check(400, 150, dice =>
    {
        var changes = 0;
        Run(dice, (input, outcome) =>
        {
            if (Primary(input.Previous) is { } before && Primary(outcome.Content) is { } after && before != after)
            {
                var left = outcome.Memory.Verdicts.FirstOrDefault(v => v.Path == before)?.Verdict;
                changes += left == Verdict.Usable && before != Sat && input.Policy.Traffic[0].Objective != Objective.Aggregate ? 1 : 0;
            }

            Assert.True(changes <= input.Policy.Handover.BudgetPerHour, "more planned handovers than the budget of an hour");
        });
    });

    [Fact]
    public void Values_within_the_hysteresis_band_never_change_the_plan() => Dice.Check(200, 200, dice =>
    {
        var host = new RankedHost(Policy(dice.Pick(Objectives)));
        host.Report(0, Path(Wifi, 50), Path(Lte, 50));
        var first = host.Content;
        var now = 0.0;
        var badSince = 0.0;
        for (var i = 0; i < 60; i++)
        {
            // Loss beyond the threshold, but never for as long as downAfter; times that never differ by betterByPct.
            now += 0.05 + (dice.Roll(20) / 100.0);
            var bad = dice.Chance(50) && now - badSince < 0.29;
            badSince = bad ? badSince : now;
            host.Report(now, Path(Wifi, 45 + dice.Roll(10), bad ? 90 : dice.Roll(20)), Path(Lte, 45 + dice.Roll(10), dice.Roll(20)));
            badSince = bad ? badSince : now;
            Assert.Same(first, host.Content);
        }
    });

    private static PathKey? Primary(PlanContent? content) =>
        content?.Classes[0].Paths.FirstOrDefault(p => p.Role == PathRole.Active)?.Path;

    private static void Always(Action<RankInput, RankOutcome> check) => Dice.Check(160, 300, dice => Run(dice, check));

    /// <summary>A host's life of half an hour at most: paths come, go, die, lose and slow down.</summary>
    private static void Run(Dice dice, Action<RankInput, RankOutcome> check)
    {
        var policy = Policy(dice.Pick(Objectives), target: dice.Chance(30) ? ", target: {rttMs: 100}" : "") with
        {
            Limits = new PlanLimits(1 + dice.Roll(5), 0),
        };
        var rules = policy.Handover with { BudgetPerHour = dice.Roll(4), UpAfter = TimeSpan.FromSeconds(dice.Roll(20)) };
        policy = policy with { Handover = rules };
        var (memory, now) = (RankMemory.Empty, Noon);
        PlanContent? previous = null;
        for (var i = 0; i < 12; i++)
        {
            now = now.AddSeconds(dice.Pick<double>([0, 0.1, 0.3, 1, 30]));
            var paths = Keys.Where(_ => dice.Chance(85)).Select(key => Path(
                key,
                dice.Chance(80) ? 10 + dice.Roll(150) : null,
                dice.Chance(60) ? dice.Roll(40) : null,
                dice.Chance(80) ? PathState.Up : dice.Pick([PathState.LinkDown, PathState.Silent])));
            var input = new RankInput(policy, Host([.. paths]), previous, memory, now);
            var outcome = Ranker.Rank(input);
            check(input, outcome);
            (previous, memory) = (outcome.Content, outcome.Memory);
        }
    }
}
