using Multipath.Policies.Model;
using Multipath.Policies.Rank;

namespace Multipath.Silo.Grains.Host;

/// <summary>Tells the plans that lead traffic elsewhere from those that change something else. Pure.</summary>
internal static class Handovers
{
    /// <summary>What the budget of the policy counts.</summary>
    public const string Planned = "planned";

    /// <summary>The path in use failed.</summary>
    public const string Forced = "forced";

    /// <summary>
    /// The kind of handover that a new plan is; null when it is none. Another policy's plan is none, nor is one that finds the first path.
    /// </summary>
    /// <param name="before">The plan before; null for the first.</param>
    /// <param name="after">The new plan.</param>
    /// <param name="memory">What ranking remembered before.</param>
    /// <param name="next">What it remembers now.</param>
    public static string? Between(PlanContent? before, PlanContent after, RankMemory memory, RankMemory next)
    {
        if (before?.Policy != after.Policy || !after.Classes.Any(one => Moves(before, one)))
        {
            return null;
        }

        return Latest(next) is { } made && made != Latest(memory) ? Planned : Forced;
    }

    private static bool Moves(PlanContent before, ClassPlan after) =>
        before.Classes.FirstOrDefault(one => one.Name == after.Name) is { } old
        && Lead(old) is { } from && Lead(after) is { } to && from != to;

    private static PathKey? Lead(ClassPlan plan) => plan.Paths.FirstOrDefault(path => path.Role == PathRole.Active)?.Path;

    private static DateTimeOffset? Latest(RankMemory memory) =>
        memory.PlannedHandovers.IsEmpty ? null : memory.PlannedHandovers[^1];
}
