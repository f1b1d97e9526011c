using System.Collections.Immutable;
using System.Net;
using Multipath.Policies.Select;

namespace Multipath.Policies.Model;

/// <summary>A policy as an operator wrote it, checked.</summary>
/// <param name="Name">Unique in the fleet.</param>
/// <param name="Labels">Free labels of the resource.</param>
/// <param name="Priority">The highest wins on a host that several policies select; ties go to the first name in ordinal order.</param>
/// <param name="Hosts">Which hosts it holds for.</param>
/// <param name="Paths">Classes of paths, first match wins; a path that matches none is of class <c>other</c>.</param>
/// <param name="Traffic">Classes of connections, first match wins; the last one matches everything.</param>
/// <param name="Handover">When to leave a path and when to come back.</param>
/// <param name="Limits">How many subflows and addresses a connection may have.</param>
/// <param name="Tests">Cases that must hold before the policy is accepted.</param>
public sealed record Policy(
    string Name,
    ImmutableSortedDictionary<string, string> Labels,
    int Priority,
    LabelSelector Hosts,
    EquatableArray<PathClass> Paths,
    EquatableArray<TrafficClass> Traffic,
    HandoverRules Handover,
    PlanLimits Limits,
    EquatableArray<PolicyTest> Tests);

/// <summary>A class of paths.</summary>
/// <param name="Name">For example <c>wifi</c>.</param>
/// <param name="Match">Which paths belong to it.</param>
/// <param name="Preference">Lower is preferred.</param>
/// <param name="CostPerGiB">Money for each 2^30 bytes, in <paramref name="Currency"/>; 0 when free.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Role">The best role that a path of the class may get.</param>
public sealed record PathClass(
    string Name, PathMatch Match, int Preference = 1, decimal CostPerGiB = 0, string Currency = "EUR", PathRole Role = PathRole.Active);

/// <summary>Conditions on a path; all that are given must hold.</summary>
/// <param name="Interface">A name with <c>*</c> and <c>?</c> as wildcards.</param>
/// <param name="Address">The local address lies in this network.</param>
/// <param name="Gateway">The gateway lies in this network.</param>
public sealed record PathMatch(string? Interface = null, IPNetwork? Address = null, IPNetwork? Gateway = null);

/// <summary>A class of connections, and what matters for it.</summary>
/// <param name="Name">For example <c>voice</c>.</param>
/// <param name="Match">Which connections belong to it.</param>
/// <param name="Objective">How its paths are ordered.</param>
/// <param name="Target">What a path must keep to be good enough; null when any will do.</param>
/// <param name="Scheduler">The packet scheduler by name; null for the data plane's default.</param>
public sealed record TrafficClass(
    string Name, TrafficMatch Match, Objective Objective, PathTarget? Target = null, string? Scheduler = null);

/// <summary>Conditions on a connection; all that are given must hold; none given matches everything.</summary>
/// <param name="Remote">The peer's address lies in this network.</param>
/// <param name="RemotePorts">The peer's port lies in this range.</param>
/// <param name="LocalPorts">The local port lies in this range.</param>
public sealed record TrafficMatch(IPNetwork? Remote = null, PortRange? RemotePorts = null, PortRange? LocalPorts = null);

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
public sealed record PortRange(ushort First, ushort Last);

/// <summary>How the paths of a traffic class are ordered.</summary>
public enum Objective
{
    /// <summary>The preferred path until it is unusable, the others stand by.</summary>
    Handover,

    /// <summary>The path with the lowest round-trip time.</summary>
    Latency,

    /// <summary>The cheapest path that meets the target.</summary>
    Cost,

    /// <summary>All usable paths at once.</summary>
    Aggregate,
}

/// <summary>What a path must keep to be good enough.</summary>
/// <param name="RttMs">Highest smoothed round-trip time, ms.</param>
/// <param name="LossPct">Highest loss, percent.</param>
public sealed record PathTarget(double? RttMs = null, double? LossPct = null);

/// <summary>When to leave a path and when to come back (hysteresis).</summary>
/// <param name="DownAfter">How long a path must be worse than its threshold before it is left; a dead path is left at once.</param>
/// <param name="UpAfter">How long it must be good again before it is used.</param>
/// <param name="LossPct">Loss at which a path counts as degraded, percent.</param>
/// <param name="BetterByPct">How much better another path must be to replace the one in use, percent.</param>
/// <param name="BudgetPerHour">Planned handovers a host may make in an hour; forced ones are free.</param>
/// <param name="MakeBeforeBreak">The new path carries before the old one is left.</param>
public sealed record HandoverRules(
    TimeSpan DownAfter, TimeSpan UpAfter, double LossPct, double BetterByPct, int BudgetPerHour, bool MakeBeforeBreak)
{
    /// <summary>Left after 300 ms, back after 10 s, 20% loss, 20% better, 6 an hour, make before break.</summary>
    public static HandoverRules Default { get; } =
        new(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(10),
            LossPct: 20, BetterByPct: 20, BudgetPerHour: 6, MakeBeforeBreak: true);
}

/// <summary>A case of a policy's own tests: given these paths, this class gets these roles.</summary>
/// <param name="Name">Says what must hold.</param>
/// <param name="Given">The paths, named by path class.</param>
/// <param name="TrafficClass">Which class is looked at.</param>
/// <param name="Active">Path classes expected to be active, in order; null when the test does not say.</param>
/// <param name="Backup">Path classes expected as backup, in order; null when the test does not say.</param>
/// <param name="Avoid">Path classes expected to be avoided; null when the test does not say.</param>
/// <param name="Line">Where it stands in the policy's text, from 1; 0 when it has none.</param>
public sealed record PolicyTest(
    string Name,
    EquatableArray<GivenPath> Given,
    string TrafficClass,
    EquatableArray<string>? Active,
    EquatableArray<string>? Backup,
    EquatableArray<string>? Avoid,
    int Line = 0);

/// <summary>A path in a policy's test.</summary>
/// <param name="PathClass">The path class it belongs to.</param>
/// <param name="State">Whether it can carry data.</param>
/// <param name="RttMs">Round-trip time, ms.</param>
/// <param name="LossPct">Loss, percent.</param>
public sealed record GivenPath(string PathClass, PathState State, double? RttMs, double? LossPct);
