using Multipath.Policies.Model;

namespace Multipath.Policies.Rank;

/// <summary>What ranking remembers of a host between two reports: the hysteresis timers and the handovers made.</summary>
/// <param name="Verdicts">One for each traffic class and path, in the order of the policy's classes, then of the paths.</param>
/// <param name="PlannedHandovers">When planned handovers of the last hour were made, oldest first.</param>
public sealed record RankMemory(EquatableArray<PathVerdict> Verdicts, EquatableArray<DateTimeOffset> PlannedHandovers)
{
    /// <summary>Of a host that was never ranked: a path is judged at once by what is seen of it.</summary>
    public static RankMemory Empty { get; } = new([], []);
}

/// <summary>How good a path is for a traffic class.</summary>
public enum Verdict
{
    /// <summary>It keeps the thresholds, or misses them for less than <see cref="HandoverRules.DownAfter"/>.</summary>
    Usable,

    /// <summary>
    /// It misses a threshold, or has not been without a bad value for <see cref="HandoverRules.UpAfter"/> yet; for longer when it had
    /// setbacks (<see cref="PathHistory"/>).
    /// </summary>
    Degraded,

    /// <summary>It carries nothing: the link is down, or what is sent is not acknowledged.</summary>
    Dead,
}

/// <summary>The standing judgement of one path for one traffic class, with its timers.</summary>
/// <param name="TrafficClass">The class, whose target counts.</param>
/// <param name="Path">The path.</param>
/// <param name="Verdict">The judgement.</param>
/// <param name="Since">Since when it holds.</param>
/// <param name="PendingSince">Since when the path looks otherwise: bad while usable, not bad while degraded; null when it does not.</param>
/// <param name="BetterSince">Since when its round-trip time beats the one in use by enough; null when it does not.</param>
/// <param name="Cause">
/// Why it is not usable, with values and times, for a person; empty when it is, but for a path that is tried without having been measured.
/// </param>
/// <param name="History">What is remembered for the time when nothing is measured.</param>
public sealed record PathVerdict(
    string TrafficClass,
    PathKey Path,
    Verdict Verdict,
    DateTimeOffset Since,
    DateTimeOffset? PendingSince,
    DateTimeOffset? BetterSince,
    string Cause,
    PathHistory History);
