using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>
/// Adds to a plan what some hosts do: leave large segments to their device, send keepalives, give up in the middle. It draws from chances
/// of its own, so that the rest of a seed's plan stays what it was.
/// </summary>
internal static class ExtraPlanner
{
    private const ulong Salt = 0x6F66_666C_6F61_6473;

    /// <summary>A plan with its extras.</summary>
    internal static TransferPlan AddTo(TransferPlan plan)
    {
        var entropy = new SeededEntropy(plan.Seed ^ Salt);
        var aborts = Chance(0.05);
        var keepAlive = aborts || Chance(0.2) ? Duration.FromMillis(500 + entropy.Below(4_500)) : (Duration?)null;
        return plan with
        {
            Extras = PlanExtras.Some,
            Offloads = (Chance(0.2), Chance(0.2)),

            // A peer that has nothing to send learns of an end only when it asks.
            Client = plan.Client with { KeepAlive = keepAlive, FastCloseByReset = Chance(0.5) },
            Server = plan.Server with { KeepAlive = keepAlive, FastCloseByReset = Chance(0.5) },
            Abort = aborts ? (new Instant(entropy.Below(4_000_000)), Chance(0.5)) : null,
        };

        bool Chance(double probability) => entropy.NextDouble() < probability;
    }
}
