using System.Collections.Immutable;
using Multipath.Policies.Model;
using Multipath.Policies.Rank.Objectives;

namespace Multipath.Policies.Rank;

/// <summary>What was decided for one traffic class.</summary>
internal sealed record ClassRanking(ClassPlan Plan, ImmutableArray<PathVerdict> Verdicts, DateTimeOffset? NextDeadline);

/// <summary>Ranks the paths for one traffic class.</summary>
/// <remarks>
/// 1. Each path is judged (<see cref="Judge"/>).
/// 2. The front is chosen: the best-standing paths that may be active; paths of role backup only stand in when no better-standing one
/// may.
/// 3. The objective orders the front. A change away from a usable path is a planned handover and needs budget; any other is forced.
/// 4. The first of the front (all of them, for aggregate) is active, everything else stands by, as far as the limit of subflows goes.
/// </remarks>
internal sealed class ClassRanker(RankInput input, TrafficClass traffic, HandoverBudget budget)
{
    private readonly IObjective _objective = ObjectiveRules.For(traffic.Objective);

    internal ClassRanking Rank(EquatableArray<ClassifiedPath> paths)
    {
        var before = input.Memory.Verdicts.Where(v => v.TrafficClass == traffic.Name).ToDictionary(v => v.Path);
        var judge = new Judge(traffic, input.Policy.Handover, input.Now);
        var judged = paths.Select(p => judge.Look(p, before.GetValueOrDefault(p.Observation.Path), before.Count == 0)).ToImmutableArray();

        var incumbent = Incumbent(judged);
        var carriers = judged.Where(c => c.Path.Class.Role != PathRole.Avoid).ToImmutableArray();
        var front = Front(carriers);
        var (ordered, deadline, note) = Order(front, incumbent);
        var active = ordered.IsEmpty ? 0 : ordered[0].Standing == Standing.Usable ? _objective.ActiveOf(ordered.Length) : 1;

        var lines = new ClassLines(_objective, traffic, input.Policy.Limits, judged, ordered);
        var plan = new ClassPlan(
            traffic.Name, traffic.Match, traffic.Objective, traffic.Scheduler, lines.Write(active, note), traffic.Target);
        var verdicts = judged
            .Select(c => ordered.FirstOrDefault(o => o.Key == c.Key)?.Verdict ?? c.Verdict with { BetterSince = null })
            .ToImmutableArray();
        return new ClassRanking(
            plan, [.. verdicts], Earliest(Earliest(deadline, judged.Min(c => judge.Deadline(c.Verdict))), verdicts.Min(TriedAt)));
    }

    /// <summary>The earlier of two times; null is never.</summary>
    internal static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null || a < b ? a : b;

    /// <summary>When the best time of an idle path begins to count instead of its last; null when it makes no difference.</summary>
    private DateTimeOffset? TriedAt(PathVerdict verdict) =>
        traffic.Objective == Objective.Latency && verdict.History.BestRttMs < verdict.History.RttMs
        && verdict.History.TriedAt(input.Policy.Handover.UpAfter, input.Now) is { } at && at > input.Now
            ? at
            : null;

    private Candidate? Incumbent(ImmutableArray<Candidate> judged)
    {
        var plan = input.Previous?.Classes.FirstOrDefault(c => c.Name == traffic.Name);
        var path = plan?.Paths.FirstOrDefault(p => p.Role == PathRole.Active)?.Path;
        return path is null ? null : judged.FirstOrDefault(c => c.Key == path);
    }

    private static ImmutableArray<Candidate> Front(ImmutableArray<Candidate> carriers)
    {
        var best = carriers.Select(Rank).DefaultIfEmpty().Min();
        return [.. carriers.Where(c => Rank(c) == best)];

        static int Rank(Candidate c) => ((int)c.Standing * 2) + (c.MayBeActive ? 0 : 1);
    }

    private (ImmutableArray<Candidate> Ordered, DateTimeOffset? Deadline, string Note) Order(
        ImmutableArray<Candidate> front, Candidate? incumbent)
    {
        if (front.IsEmpty)
        {
            return (front, null, "");
        }

        var staying = front.FirstOrDefault(c => c.Key == incumbent?.Key);
        if (front[0].Standing != Standing.Usable)
        {
            return (Makeshift(front, staying), null, Forced(staying, incumbent));
        }

        var ordering = _objective.Order(new OrderingInput(front, staying, input.Policy.Handover, input.Now));
        var first = ordering.BestFirst[0];
        if (first.Key == staying?.Key)
        {
            return (ordering.BestFirst, ordering.NextDeadline, "");
        }

        if (staying is null || _objective.ActiveOf(2) > 1)
        {
            return (Untimed(ordering.BestFirst), null, Forced(staying, incumbent));
        }

        if (budget.TrySpend())
        {
            var left = traffic.Objective == Objective.Latency ? SetBack(ordering.BestFirst, staying) : ordering.BestFirst;
            return (Untimed(left), null, budget.Spent());
        }

        var kept = ordering.BestFirst.OrderBy(c => c.Key != staying.Key).ToImmutableArray();
        return (kept, budget.NextDeadline, budget.Refused());
    }

    /// <summary>A path that is left for a faster one was found too slow.</summary>
    private ImmutableArray<Candidate> SetBack(ImmutableArray<Candidate> ordered, Candidate slow) =>
    [
        .. ordered.Select(c => c.Key == slow.Key
            ? c with { Verdict = c.Verdict with { History = c.Verdict.History.SetBack(input.Now) } }
            : c),
    ];

    /// <summary>Another path is in use now: what was better than the one before starts anew.</summary>
    private static ImmutableArray<Candidate> Untimed(ImmutableArray<Candidate> ordered) =>
        [.. ordered.Select(c => c with { Verdict = c.Verdict with { BetterSince = null } })];

    /// <summary>No path is usable: the one in use stays, else the one with the least loss, so that there is always one.</summary>
    private static ImmutableArray<Candidate> Makeshift(ImmutableArray<Candidate> front, Candidate? staying) =>
        [.. front
            .OrderBy(c => c.Key != staying?.Key)
            .ThenBy(c => c.Standing == Standing.Bad ? c.Path.Observation.LossPct ?? 0 : 0)
            .ThenByPreference(staying)];

    private string Forced(Candidate? staying, Candidate? incumbent)
    {
        if (staying is not null || (incumbent is null && input.Previous?.Classes.Any(c => c.Name == traffic.Name) != true))
        {
            return "";
        }

        return incumbent is null
            ? "forced: the path in use is gone"
            : incumbent.Standing == Standing.Usable
                ? $"forced: {incumbent.Path.Label} may only stand by"
                : $"forced: {incumbent.Path.Label} {incumbent.Verdict.Cause}";
    }
}
