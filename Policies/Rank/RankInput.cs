using Multipath.Policies.Model;

namespace Multipath.Policies.Rank;

/// <summary>All that ranking looks at.</summary>
/// <param name="Policy">The policy that holds for the host.</param>
/// <param name="Observation">The host's paths as it reported them.</param>
/// <param name="Previous">What the plan before said; null for the first.</param>
/// <param name="Memory">What the ranking before remembered; <see cref="RankMemory.Empty"/> for the first.</param>
/// <param name="Now">The time.</param>
public sealed record RankInput(Policy Policy, HostObservation Observation, PlanContent? Previous, RankMemory Memory, DateTimeOffset Now);

/// <summary>What ranking decided.</summary>
/// <param name="Content">
/// The plan; <see cref="RankInput.Previous"/> itself when no decision changed, with the reasons that it was made for.
/// </param>
/// <param name="Memory">To be given to the next ranking of this host.</param>
/// <param name="NextDeadline">When to rank again if nothing is reported before; null when no timer runs.</param>
public sealed record RankOutcome(PlanContent Content, RankMemory Memory, DateTimeOffset? NextDeadline);
