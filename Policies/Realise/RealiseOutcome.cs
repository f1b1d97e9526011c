using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>What the data plane is to do now.</summary>
/// <param name="Actions">In the order in which they are to be done.</param>
/// <param name="Memory">To be given to the next call.</param>
/// <param name="NextDeadline">When to call again if nothing happens before; null when nothing waits.</param>
/// <param name="Handovers">What began and ended of planned handovers.</param>
public sealed record RealiseOutcome(
    EquatableArray<DataPlaneAction> Actions, RealiseMemory Memory, DateTimeOffset? NextDeadline, EquatableArray<HandoverStep> Handovers);
