using System.Collections.Immutable;
using System.Globalization;
using Multipath.Policies.Model;
using Multipath.Policies.Rank.Objectives;

namespace Multipath.Policies.Rank;

/// <summary>Writes the lines of a class's plan: roles and reasons.</summary>
/// <param name="objective">The objective, whose rule each reason names.</param>
/// <param name="traffic">The class.</param>
/// <param name="limits">How many paths get a subflow.</param>
/// <param name="all">All paths of the host.</param>
/// <param name="front">Those that the objective ordered, best first.</param>
internal sealed class ClassLines(
    IObjective objective, TrafficClass traffic, PlanLimits limits, ImmutableArray<Candidate> all, ImmutableArray<Candidate> front)
{
    /// <summary>The lines, best first.</summary>
    /// <param name="active">How many of the front are active.</param>
    /// <param name="note">What is to be said of the handover, on the first line; may be empty.</param>
    internal EquatableArray<PlannedPath> Write(int active, string note)
    {
        var behind = all.Where(c => front.All(f => f.Key != c.Key)).ToImmutableArray();
        var standby = behind
            .Where(c => c.Path.Class.Role != PathRole.Avoid)
            .OrderBy(c => c.Standing)
            .ThenBy(c => !c.MayBeActive)
            .ThenByPreference(null);
        var carriers = front.Concat(standby).ToArray();

        var lines = carriers.Select((c, index) => Carrier(c, index, active, index == 0 ? Join(note, PassedOver(c, note)) : ""));
        var avoided = behind.Where(c => c.Path.Class.Role == PathRole.Avoid).ByPreference(null).Select(Avoided);
        return lines.Where(l => l.Role != PathRole.Avoid)
            .Concat(lines.Where(l => l.Role == PathRole.Avoid))
            .Concat(avoided)
            .ToEquatableArray();
    }

    private PlannedPath Carrier(Candidate candidate, int index, int active, string note)
    {
        if (index >= limits.Subflows)
        {
            var over = string.Create(CultureInfo.InvariantCulture, $"over the limit of {limits.Subflows} subflows");
            return Line(candidate, PathRole.Avoid, over);
        }

        if (index >= active)
        {
            var unfit = candidate.Standing == Standing.Usable ? "" : candidate.Verdict.Cause;
            return Line(candidate, PathRole.Backup, Join(objective.Rule(candidate), unfit));
        }

        var makeshift = candidate.Standing != Standing.Usable
            ? Join(candidate.Verdict.Cause, "used because no path is usable")
            : candidate.MayBeActive ? candidate.Verdict.Cause : "stands in because no path that may be active is usable";
        return Line(candidate, PathRole.Active, Join(objective.Rule(candidate), makeshift, note));
    }

    private PlannedPath Avoided(Candidate candidate) => Line(
        candidate,
        PathRole.Avoid,
        candidate.Path.Class.Name == Text.PathClassReader.Other ? "matches no path class of the policy" : "role avoid");

    /// <summary>
    /// Which paths would be before the first one if they were as good, and why they are not, unless the note says so already.
    /// </summary>
    private string PassedOver(Candidate first, string note) => string.Join(
        "; ",
        all.Where(c => c.Key != first.Key && c.Standing > first.Standing && c.MayBeActive && IsPreferred(c, first))
            .Select(c => $"{c.Path.Label} {c.Verdict.Cause}")
            .Where(text => !note.Contains(text, StringComparison.Ordinal)));

    private bool IsPreferred(Candidate a, Candidate b) =>
        traffic.Objective == Objective.Cost && a.Path.Class.CostPerGiB != b.Path.Class.CostPerGiB
        ? a.Path.Class.CostPerGiB < b.Path.Class.CostPerGiB
        : a.Path.Class.Preference < b.Path.Class.Preference;

    private static PlannedPath Line(Candidate candidate, PathRole role, string reason) =>
        new(candidate.Key, candidate.Path.Class.Name, role, $"{candidate.Path.Label}: {reason}");

    private static string Join(params string[] parts) => string.Join("; ", parts.Where(p => p.Length > 0).Distinct());
}
