using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Rank;

/// <summary>
/// Judges the paths for one traffic class: dead at once, degraded after a while, usable again after a longer while. What was not measured
/// is not held against a path, but a path that was left for what was measured is tried again ever later: <see cref="PathHistory"/>.
/// </summary>
internal sealed class Judge(TrafficClass traffic, HandoverRules rules, DateTimeOffset now)
{
    /// <summary>Judges <paramref name="path"/>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="before">The judgement before; null when there was none.</param>
    /// <param name="fresh">True when the class was never judged on this host: then what is seen counts at once.</param>
    internal Candidate Look(ClassifiedPath path, PathVerdict? before, bool fresh)
    {
        var seen = path.Observation;
        var known = before is null ? New(seen.Path, Verdict.Usable, "") : Sane(before);
        known = known with { History = known.History.Saw(RttMs(seen), now) with { FailedHandovers = seen.FailedHandovers } };
        if (seen.State != PathState.Up)
        {
            return new Candidate(path, Dead(seen, known), GoodNow: false);
        }

        var failed = seen.FailedHandovers > before?.History.FailedHandovers;
        var fault = failed ? "a handover to it was taken back" : Fault(seen);
        var verdict = before?.Verdict switch
        {
            null when fresh && fault is null => known,
            null when fresh => Left(known, $"{fault} when first seen"),
            null => Recovering(known, "new", fault),
            Verdict.Dead => Recovering(known, "up again", fault),
            Verdict.Usable when failed => Left(known, $"{fault} at {Units.Show(now)}"),
            Verdict.Usable => WhileUsable(known, seen, fault),
            _ => WhileDegraded(known, seen, fault),
        };
        var trusted = seen.LossPct is not null || !verdict.History.HasSetback(now);
        return new Candidate(path, verdict, fault is null && trusted);
    }

    /// <summary>When the pending change of <paramref name="verdict"/> matures; null when none is pending.</summary>
    internal DateTimeOffset? Deadline(PathVerdict verdict) =>
        verdict.PendingSince is not { } since ? null : since + (verdict.Verdict == Verdict.Usable ? rules.DownAfter : Wait(verdict));

    private PathVerdict Dead(PathObservation seen, PathVerdict known)
    {
        var silent = seen.State == PathState.Silent;
        var what = silent ? "sent data unacknowledged" : "link down";
        if (known.Verdict == Verdict.Dead && known.Cause.StartsWith(what, StringComparison.Ordinal))
        {
            return known;
        }

        var history = silent ? known.History.SetBack(now) : known.History;
        return Next(known, Verdict.Dead, $"{what} since {Units.Show(now)}") with { History = history };
    }

    private PathVerdict Recovering(PathVerdict known, string what, string? fault) => fault is null && Wait(known) == TimeSpan.Zero
        ? Next(known, Verdict.Usable, "")
        : Next(known, Verdict.Degraded, $"{what} since {Units.Show(now)}, usable after {ShowWait(known)}") with
        {
            PendingSince = fault is null ? now : null,
        };

    private PathVerdict WhileUsable(PathVerdict known, PathObservation seen, string? fault)
    {
        if (fault is null)
        {
            return known with { PendingSince = null, Cause = IsMeasured(seen) ? "" : known.Cause };
        }

        var since = known.PendingSince ?? now;
        return now - since >= rules.DownAfter
            ? Left(known, $"{fault} for {Units.Show(rules.DownAfter)} since {Units.Show(since)}")
            : known with { PendingSince = since };
    }

    private PathVerdict WhileDegraded(PathVerdict known, PathObservation seen, string? fault)
    {
        if (fault is not null)
        {
            return known with { PendingSince = null };
        }

        var since = known.PendingSince ?? now;
        return now - since >= Wait(known)
            ? Next(known, Verdict.Usable, IsMeasured(seen) ? "" : $"not measured, tried after {ShowWait(known)}")
            : known with { PendingSince = since };
    }

    /// <summary>The path missed a threshold for too long.</summary>
    private PathVerdict Left(PathVerdict known, string cause)
    {
        var left = known with { History = known.History.SetBack(now) };
        return Next(left, Verdict.Degraded, $"{cause}, usable after {ShowWait(left)}");
    }

    private PathVerdict New(PathKey path, Verdict verdict, string cause) =>
        new(traffic.Name, path, verdict, now, null, null, cause, PathHistory.None);

    private PathVerdict Next(PathVerdict known, Verdict verdict, string cause) =>
        New(known.Path, verdict, cause) with { History = known.History };

    private TimeSpan Wait(PathVerdict verdict) => verdict.History.Wait(rules.UpAfter, now);

    private string ShowWait(PathVerdict verdict) => verdict.History.ShowWait(rules.UpAfter, now);

    /// <summary>A clock that was set back must not stop the timers: nothing began in the future.</summary>
    private PathVerdict Sane(PathVerdict verdict) => verdict with
    {
        Since = Min(verdict.Since) ?? now,
        PendingSince = Min(verdict.PendingSince),
        BetterSince = Min(verdict.BetterSince),
        History = verdict.History.Sane(now),
    };

    private DateTimeOffset? Min(DateTimeOffset? at) => at > now ? now : at;

    private static bool IsMeasured(PathObservation seen) => seen.LossPct is not null || RttMs(seen) is not null;

    /// <summary>Null also for what cannot be a round-trip time.</summary>
    private static double? RttMs(PathObservation seen) => seen.RttMs is > 0 and < double.PositiveInfinity ? seen.RttMs : null;

    /// <summary>Which threshold the path misses now, with the values; null when it keeps all, as far as they were measured.</summary>
    private string? Fault(PathObservation seen)
    {
        if (seen.LossPct > rules.LossPct)
        {
            return $"{Units.Show(seen.LossPct.Value)}% loss > {Units.Show(rules.LossPct)}%";
        }

        if (seen.LossPct > traffic.Target?.LossPct)
        {
            return $"{Units.Show(seen.LossPct.Value)}% loss > target {Units.Show(traffic.Target.LossPct.Value)}%";
        }

        return seen.RttMs > traffic.Target?.RttMs
            ? $"rtt {Units.Show(seen.RttMs.Value)} ms > target {Units.Show(traffic.Target.RttMs.Value)} ms"
            : null;
    }
}
