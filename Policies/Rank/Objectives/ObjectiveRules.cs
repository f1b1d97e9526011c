using Multipath.Policies.Model;

namespace Multipath.Policies.Rank.Objectives;

/// <summary>The objectives by name, and the order that they share.</summary>
internal static class ObjectiveRules
{
    private static readonly HandoverObjective Handover = new();
    private static readonly LatencyObjective Latency = new();
    private static readonly CostObjective Cost = new();
    private static readonly AggregateObjective Aggregate = new();

    internal static IObjective For(Objective objective) => objective switch
    {
        Objective.Handover => Handover,
        Objective.Latency => Latency,
        Objective.Cost => Cost,
        Objective.Aggregate => Aggregate,
        _ => throw new ArgumentOutOfRangeException(nameof(objective), objective, "No such objective."),
    };

    /// <summary>By preference; between equals the one in use stays, and else the name decides.</summary>
    internal static IOrderedEnumerable<Candidate> ThenByPreference(this IOrderedEnumerable<Candidate> candidates, Candidate? incumbent) =>
        candidates
            .ThenBy(c => c.Path.Class.Preference)
            .ThenBy(c => c.Key != incumbent?.Key)
            .ThenBy(c => c.Key.Interface, StringComparer.Ordinal)
            .ThenBy(c => c.Key.Address.ToString(), StringComparer.Ordinal);

    internal static IOrderedEnumerable<Candidate> ByPreference(this IEnumerable<Candidate> candidates, Candidate? incumbent) =>
        candidates.OrderBy(_ => 0).ThenByPreference(incumbent);
}
