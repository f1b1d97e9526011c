using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Rank;

/// <summary>Judges the paths for one traffic class: dead at once, degraded after a while, usable again after a longer while.</summary>
internal sealed class Judge(TrafficClass traffic, HandoverRules rules, DateTimeOffset now)
{
    /// <summary>Judges <paramref name="path"/>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="before">The judgement before; null when there was none.</param>
    /// <param name="fresh">True when the class was never judged on this host: then what is seen counts at once.</param>
    internal Candidate Look(ClassifiedPath path, PathVerdict? before, bool fresh)
    {
        var seen = path.Observation;
        var fault = Fault(seen);
        if (seen.State != PathState.Up)
        {
            return new Candidate(path, Dead(seen, before), GoodNow: false);
        }

        var verdict = before?.Verdict switch
        {
            null when fresh && fault is null => New(seen.Path, Verdict.Usable, ""),
            null when fresh => New(seen.Path, Verdict.Degraded, $"{fault} when first seen"),
            null => Recovering(seen.Path, "new", fault),
            Verdict.Dead => Recovering(seen.Path, "up again", fault),
            Verdict.Usable => WhileUsable(Sane(before), fault),
            _ => WhileDegraded(Sane(before), fault),
        };
        return new Candidate(path, verdict, fault is null);
    }

    /// <summary>When the pending change of <paramref name="verdict"/> matures; null when none is pending.</summary>
    internal DateTimeOffset? Deadline(PathVerdict verdict) =>
        verdict.PendingSince is not { } since ? null : since + (verdict.Verdict == Verdict.Usable ? rules.DownAfter : rules.UpAfter);

    private PathVerdict Dead(PathObservation seen, PathVerdict? before)
    {
        var what = seen.State == PathState.LinkDown ? "link down" : "sent data unacknowledged";
        return before is { Verdict: Verdict.Dead } && before.Cause.StartsWith(what, StringComparison.Ordinal)
            ? Sane(before)
            : New(seen.Path, Verdict.Dead, $"{what} since {Units.Show(now)}");
    }

    private PathVerdict Recovering(PathKey path, string what, string? fault) => fault is null && rules.UpAfter == TimeSpan.Zero
        ? New(path, Verdict.Usable, "")
        : New(path, Verdict.Degraded, $"{what} since {Units.Show(now)}, usable after {Units.Show(rules.UpAfter)} of good values") with
        {
            PendingSince = fault is null ? now : null,
        };

    private PathVerdict WhileUsable(PathVerdict verdict, string? fault)
    {
        if (fault is null)
        {
            return verdict with { PendingSince = null };
        }

        var since = verdict.PendingSince ?? now;
        return now - since >= rules.DownAfter
            ? New(verdict.Path, Verdict.Degraded, $"{fault} for {Units.Show(rules.DownAfter)} since {Units.Show(since)}")
            : verdict with { PendingSince = since };
    }

    private PathVerdict WhileDegraded(PathVerdict verdict, string? fault)
    {
        if (fault is not null)
        {
            return verdict with { PendingSince = null };
        }

        var since = verdict.PendingSince ?? now;
        return now - since >= rules.UpAfter ? New(verdict.Path, Verdict.Usable, "") : verdict with { PendingSince = since };
    }

    private PathVerdict New(PathKey path, Verdict verdict, string cause) => new(traffic.Name, path, verdict, now, null, null, cause);

    /// <summary>A clock that was set back must not stop the timers: nothing began in the future.</summary>
    private PathVerdict Sane(PathVerdict verdict) => verdict with
    {
        Since = Min(verdict.Since) ?? now,
        PendingSince = Min(verdict.PendingSince),
        BetterSince = Min(verdict.BetterSince),
    };

    private DateTimeOffset? Min(DateTimeOffset? at) => at > now ? now : at;

    /// <summary>
    /// Which threshold the path misses now, with the values; null when it keeps all. What was not measured is not held against it.
    /// </summary>
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
