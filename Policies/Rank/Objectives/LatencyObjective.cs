using System.Collections.Immutable;
using System.Globalization;
using Multipath.Policies.Text;

namespace Multipath.Policies.Rank.Objectives;

/// <summary>
/// The path with the lowest round-trip time carries. It is replaced only when another one has been better by
/// <see cref="Model.HandoverRules.BetterByPct"/> for <see cref="Model.HandoverRules.DownAfter"/>. An idle path counts with the time that
/// was measured last, after a while with its best (<see cref="PathHistory"/>); what was never measured replaces nothing.
/// </summary>
internal sealed class LatencyObjective : IObjective
{
    public Ordering Order(OrderingInput input)
    {
        double? Rtt(Candidate c) => c.Verdict.History.AssumedRttMs(input.Rules.UpAfter, input.Now);
        if (input.Incumbent is not { } incumbent)
        {
            var first = input.Usable.OrderBy(c => Rtt(c) ?? double.PositiveInfinity).ThenByPreference(null).First();
            return new(First(first, input.Usable));
        }

        var timed = input.Usable
            .Select(c => c with { Verdict = c.Verdict with { BetterSince = BetterSince(c, incumbent, input, Rtt) } })
            .ToImmutableArray();
        var winner = timed
            .Where(c => c.Verdict.BetterSince + input.Rules.DownAfter <= input.Now)
            .OrderBy(Rtt)
            .ThenByPreference(null)
            .FirstOrDefault();
        if (winner is not null)
        {
            return new(First(winner, timed));
        }

        var deadline = timed.Min(c => c.Verdict.BetterSince + input.Rules.DownAfter);
        return new(First(timed.First(c => c.Key == incumbent.Key), timed), deadline);
    }

    public string Rule(Candidate candidate) => candidate.Verdict.History switch
    {
        { RttMs: null } => string.Create(
            CultureInfo.InvariantCulture, $"rtt unknown, preference {candidate.Path.Class.Preference}"),
        { UnmeasuredSince: { } since, RttMs: { } rtt, BestRttMs: { } best } =>
            $"rtt {Units.Show(rtt)} ms, not measured since {Units.Show(since)}, {Units.Show(best)} ms at best",
        { RttMs: { } rtt } => $"rtt {Units.Show(rtt)} ms",
    };

    public int ActiveOf(int usable) => Math.Min(usable, 1);

    private static DateTimeOffset? BetterSince(
        Candidate candidate, Candidate incumbent, OrderingInput input, Func<Candidate, double?> rtt)
    {
        var better = candidate.Key != incumbent.Key && rtt(candidate) < rtt(incumbent) * (1 - (input.Rules.BetterByPct / 100));
        return better ? candidate.Verdict.BetterSince ?? input.Now : null;
    }

    /// <summary>
    /// The others stand by in the order of preference: ordered by their times, they would make a new plan at each report.
    /// </summary>
    private static ImmutableArray<Candidate> First(Candidate first, ImmutableArray<Candidate> all) =>
        [.. all.OrderBy(c => c.Key != first.Key).ThenByPreference(null)];
}
