using Multipath.Policies.Model;

namespace Multipath.Policies.Rank;

/// <summary>Ranks the paths of a host by its policy. Pure: equal inputs give equal outcomes.</summary>
public static class Ranker
{
    /// <summary>Makes the plan for <paramref name="input"/>.</summary>
    public static RankOutcome Rank(RankInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Rank(input, PathClassifier.Classify(input.Policy, input.Observation));
    }

    /// <summary>Ranks paths whose class is known already.</summary>
    internal static RankOutcome Rank(RankInput input, EquatableArray<ClassifiedPath> paths)
    {
        var policy = input.Policy;
        var budget = new HandoverBudget(policy.Handover, input.Memory.PlannedHandovers, input.Now);
        var rankings = policy.Traffic.Select(traffic => new ClassRanker(input, traffic, budget).Rank(paths)).ToArray();

        var content = new PlanContent(policy.Name, rankings.Select(r => r.Plan).ToEquatableArray(), policy.Limits, policy.Handover);
        var memory = new RankMemory(rankings.SelectMany(r => r.Verdicts).ToEquatableArray(), budget.Made);
        return new RankOutcome(
            input.Previous is { } previous && SameDecisions(previous, content) ? previous : content,
            memory == input.Memory ? input.Memory : memory,
            rankings.Select(r => r.NextDeadline).Min());
    }

    /// <summary>Whether two plans ask the same of a host; reasons do not count.</summary>
    public static bool SameDecisions(PlanContent left, PlanContent right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Unreasoned(left) == Unreasoned(right);
    }

    private static PlanContent Unreasoned(PlanContent plan) => plan with
    {
        Classes = plan.Classes
            .Select(c => c with { Paths = c.Paths.Select(p => p with { Reason = "" }).ToEquatableArray() })
            .ToEquatableArray(),
    };
}
