using System.Net;
using Multipath.Agent.LastPlan;
using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>A plan to go back to.</summary>
/// <param name="Plan">The plan that ran before.</param>
/// <param name="Refused">The plan that is given up.</param>
/// <param name="Reason">Why, for the silo.</param>
internal sealed record PlanReturn(KeptPlan Plan, PlanVersion Refused, string Reason);

/// <summary>
/// Confirm or revert: a plan that changes the role of the path which carries the session is on trial. When the session breaks soon after
/// it was taken over, and is not back in time, the plan before is restored; a silo that could not be reached cannot take it back. Pure.
/// </summary>
/// <param name="kept">The plan that runs at the start; null for none.</param>
internal sealed class PlanTrial(KeptPlan? kept)
{
    /// <summary>
    /// A session that breaks within this may have broken because of the plan: a silent path is noticed after three heartbeats, 15 s.
    /// </summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    /// <summary>A session that can be had at all is back within this: longer than the longest backoff and a try to connect.</summary>
    public static readonly TimeSpan ReturnWithin = TimeSpan.FromSeconds(25);

    private KeptPlan? _inForce = kept;
    private KeptPlan? _next;
    private Trial? _trial;

    /// <summary>What is being restored; null while nothing is.</summary>
    public PlanReturn? Returning { get; private set; }

    /// <summary>When <see cref="PollReturn"/> has something to say; null for never.</summary>
    public DateTimeOffset? Deadline => _trial is { LostAt: { } lost } ? lost + ReturnWithin : null;

    /// <summary>A plan is about to be taken over.</summary>
    /// <param name="plan">It.</param>
    /// <param name="session">The local address that the session uses; null when it is not known.</param>
    public void HandleApply(KeptPlan plan, IPAddress? session)
    {
        _next = plan;
        _trial = _inForce is { } before && session is not null && Touches(before, plan, session)
            ? new Trial(before, plan.Plan.Version, session)
            : null;
    }

    /// <summary>It was taken over.</summary>
    public void HandleApplied(DateTimeOffset now)
    {
        (_inForce, _next, Returning) = (_next ?? _inForce, null, null);
        _trial = _trial is null ? null : _trial with { Since = now };
    }

    /// <summary>The session broke.</summary>
    public void HandleLost(DateTimeOffset now)
    {
        if (_trial is { LostAt: null } trial)
        {
            _trial = trial.Since is null || now - trial.Since <= Window ? trial with { LostAt = now } : null;
        }
    }

    /// <summary>The session is open again: the plan does not cut it off.</summary>
    public void HandleBack() => _trial = _trial is { LostAt: not null } ? null : _trial;

    /// <summary>Goes back once, when it is time to.</summary>
    /// <returns>What to restore; null while there is nothing to be.</returns>
    public PlanReturn? PollReturn(DateTimeOffset now)
    {
        if (_trial is not { LostAt: { } lost } trial || now - lost < ReturnWithin)
        {
            return null;
        }

        (_trial, _next) = (null, trial.Before);
        Returning = new PlanReturn(
            trial.Before,
            trial.Version,
            $"reverted to {trial.Before.Plan.Version}: the plan changed the role of the path of the session, {trial.Session}, "
            + $"and the session was not back within {ReturnWithin.TotalSeconds:0} s");
        return Returning;
    }

    private static bool Touches(KeptPlan before, KeptPlan after, IPAddress session) =>
        !Roles(before, session).SequenceEqual(Roles(after, session));

    private static IEnumerable<(string Class, PathRole Role)> Roles(KeptPlan plan, IPAddress session) =>
        from traffic in plan.Plan.Content.Classes
        from path in traffic.Paths
        where path.Path.Address.Equals(session)
        orderby traffic.Name
        select (traffic.Name, path.Role);

    private sealed record Trial(
        KeptPlan Before, PlanVersion Version, IPAddress Session, DateTimeOffset? Since = null, DateTimeOffset? LostAt = null);
}
