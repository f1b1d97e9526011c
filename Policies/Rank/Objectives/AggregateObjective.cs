using System.Globalization;

namespace Multipath.Policies.Rank.Objectives;

/// <summary>Every usable path carries, in the order of preference.</summary>
internal sealed class AggregateObjective : IObjective
{
    // The first of several active paths is nothing special, so nothing has to stay first.
    public Ordering Order(OrderingInput input) => new([.. input.Usable.ByPreference(incumbent: null)]);

    public string Rule(Candidate candidate) =>
        string.Create(CultureInfo.InvariantCulture, $"every usable path carries, preference {candidate.Path.Class.Preference}");

    public int ActiveOf(int usable) => usable;
}
