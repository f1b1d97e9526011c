using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Policies.Rank.Objectives;

/// <summary>How one objective orders paths.</summary>
internal interface IObjective
{
    /// <summary>Called once for each traffic class at each ranking, with the paths that may carry now: all usable, never none.</summary>
    Ordering Order(OrderingInput input);

    /// <summary>Called for each line of a plan: the rule and the values that placed the path.</summary>
    string Rule(Candidate candidate);

    /// <summary>Of <paramref name="usable"/> usable paths, how many are active at once.</summary>
    int ActiveOf(int usable);
}

/// <summary>What an objective looks at.</summary>
/// <param name="Usable">Paths that are equally fit to carry.</param>
/// <param name="Incumbent">The first active path of the plan before, when it is among them.</param>
/// <param name="Rules">The policy's handover rules.</param>
/// <param name="Now">The time.</param>
internal sealed record OrderingInput(
    ImmutableArray<Candidate> Usable, Candidate? Incumbent, HandoverRules Rules, DateTimeOffset Now);

/// <summary>An order.</summary>
/// <param name="BestFirst">The same paths, best first, with the timers that the objective runs.</param>
/// <param name="NextDeadline">When such a timer matures; null when none runs.</param>
internal sealed record Ordering(ImmutableArray<Candidate> BestFirst, DateTimeOffset? NextDeadline = null);
