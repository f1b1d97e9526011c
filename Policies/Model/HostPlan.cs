namespace Multipath.Policies.Model;

/// <summary>Orders the plans of one host: a higher epoch wins, then a higher generation.</summary>
/// <param name="Epoch">
/// Raised at each activation of the host's grain, because a cluster can run a grain twice for a moment, and with each change of its policy.
/// </param>
/// <param name="Generation">Raised with each new plan of an epoch; starts at 1.</param>
public readonly record struct PlanVersion(ulong Epoch, ulong Generation) : IComparable<PlanVersion>
{
    /// <inheritdoc/>
    public int CompareTo(PlanVersion other) =>
        Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Generation.CompareTo(other.Generation);

    /// <summary>Older than.</summary>
    public static bool operator <(PlanVersion left, PlanVersion right) => left.CompareTo(right) < 0;

    /// <summary>Newer than.</summary>
    public static bool operator >(PlanVersion left, PlanVersion right) => left.CompareTo(right) > 0;

    /// <summary>Older than, or the same.</summary>
    public static bool operator <=(PlanVersion left, PlanVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Newer than, or the same.</summary>
    public static bool operator >=(PlanVersion left, PlanVersion right) => left.CompareTo(right) >= 0;

    /// <summary><c>3.17</c>: epoch, then generation.</summary>
    public override string ToString() => $"{Epoch}.{Generation}";
}

/// <summary>What a host is to do with its paths. Immutable; only a successor replaces it.</summary>
/// <param name="Version">Its place in the order of the host's plans.</param>
/// <param name="Parent">The plan that it was derived from; null for the first.</param>
/// <param name="ObservationSequence">The report that it was ranked on.</param>
/// <param name="Content">What it says.</param>
public sealed record HostPlan(PlanVersion Version, PlanVersion? Parent, ulong ObservationSequence, PlanContent Content);

/// <summary>What a plan says.</summary>
/// <param name="Policy">The name of the policy that it follows.</param>
/// <param name="Classes">For each traffic class, in matching order, its paths.</param>
/// <param name="Limits">Limits for each connection.</param>
/// <param name="Handover">Rules that the agent's reflexes and handovers follow.</param>
public sealed record PlanContent(string Policy, EquatableArray<ClassPlan> Classes, PlanLimits Limits, HandoverRules Handover);

/// <summary>The paths of one traffic class, best first.</summary>
/// <param name="Name">The traffic class.</param>
/// <param name="Match">Which connections it holds for.</param>
/// <param name="Objective">How the paths were ordered.</param>
/// <param name="Scheduler">The packet scheduler by name; null for the data plane's default.</param>
/// <param name="Paths">The paths, best first.</param>
/// <param name="Target">What a path must keep to be good enough, which the agent reports the crossing of at once; null for none.</param>
public sealed record ClassPlan(
    string Name,
    TrafficMatch Match,
    Objective Objective,
    string? Scheduler,
    EquatableArray<PlannedPath> Paths,
    PathTarget? Target = null);

/// <summary>One path in a plan.</summary>
/// <param name="Path">Which path.</param>
/// <param name="PathClass">The path class that it belongs to, or <c>other</c>.</param>
/// <param name="Role">What it may carry.</param>
/// <param name="Reason">Why, with the rule, the input values and the timer, for a person.</param>
public sealed record PlannedPath(PathKey Path, string PathClass, PathRole Role, string Reason);

/// <summary>What a path may carry.</summary>
public enum PathRole
{
    /// <summary>Carries data.</summary>
    Active,

    /// <summary>Has a subflow that carries data only when no active one can.</summary>
    Backup,

    /// <summary>Gets no subflow.</summary>
    Avoid,
}

/// <summary>Limits for each connection.</summary>
/// <param name="Subflows">Subflows at most, the first one included; 1..8.</param>
/// <param name="AddAddrAccepted">Addresses of the peer that are used at most; 0..8.</param>
public sealed record PlanLimits(int Subflows, int AddAddrAccepted)
{
    /// <summary>4 and 4.</summary>
    public static PlanLimits Default { get; } = new(4, 4);
}
