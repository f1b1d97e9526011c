using System.Globalization;

namespace Multipath.Policies.Rank.Objectives;

/// <summary>The cheapest path that meets the target carries; between equally cheap ones preference decides.</summary>
internal sealed class CostObjective : IObjective
{
    public Ordering Order(OrderingInput input) =>
        new([.. input.Usable.OrderBy(c => c.Path.Class.CostPerGiB).ThenByPreference(input.Incumbent)]);

    public string Rule(Candidate candidate)
    {
        var cls = candidate.Path.Class;
        return cls.CostPerGiB == 0
            ? "free"
            : string.Create(CultureInfo.InvariantCulture, $"costs {cls.CostPerGiB:0.00##} {cls.Currency} per GiB");
    }

    public int ActiveOf(int usable) => Math.Min(usable, 1);
}
