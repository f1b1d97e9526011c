using System.Globalization;

namespace Multipath.Policies.Rank.Objectives;

/// <summary>The preferred usable path carries, the others stand by.</summary>
internal sealed class HandoverObjective : IObjective
{
    public Ordering Order(OrderingInput input) => new([.. input.Usable.ByPreference(input.Incumbent)]);

    public string Rule(Candidate candidate) =>
        string.Create(CultureInfo.InvariantCulture, $"preference {candidate.Path.Class.Preference}");

    public int ActiveOf(int usable) => Math.Min(usable, 1);
}
