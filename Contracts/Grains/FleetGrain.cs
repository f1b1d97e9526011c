using Multipath.Policies.Model;
using Orleans;
using Orleans.Concurrency;

namespace Multipath.Contracts.Grains;

/// <summary>The index of the fleet's hosts and policies; the key is always <see cref="FleetKey.Value"/>.</summary>
[Alias("mp.IFleetGrain")]
public interface IFleetGrain : IGrainWithStringKey
{
    /// <summary>Enters a host, or its new labels, in the index.</summary>
    /// <returns>The policy that governs it. Later changes arrive by <see cref="IHostGrain.Govern"/>, none is missed in between.</returns>
    [Alias("Join")]
    Task<Governance> Join(HostSummary host);

    /// <summary>
    /// What a host now looks like, and what happened to it. One message may overtake another: a look that is of an earlier
    /// <see cref="HostSummary.Epoch"/> than the known one, or was <see cref="HostSummary.LastSeen"/> before it, is dropped. What happened
    /// is told in any case.
    /// </summary>
    [Alias("HostChanged")]
    [OneWay]
    Task HostChanged(HostSummary host, EquatableArray<FleetHappening> happenings);

    /// <summary>A policy is new or changed; hosts that it governed or now governs are told.</summary>
    /// <returns>The hosts that it governs, ordered.</returns>
    [Alias("PolicyApplied")]
    Task<EquatableArray<string>> PolicyApplied(PolicyDocument policy, string? trace);

    /// <summary>A policy is gone; the hosts that it governed are told.</summary>
    [Alias("PolicyDeleted")]
    Task PolicyDeleted(string name, string? trace);

    /// <summary>The policy of this name as hosts are governed by it; null when there is none.</summary>
    /// <remarks>Waits for a change that is under way, which may still fail.</remarks>
    [Alias("InForce")]
    Task<PolicyDocument?> InForce(string policy);

    /// <summary>The hosts that a policy would govern if it were applied, ordered.</summary>
    [Alias("WouldGovern")]
    [AlwaysInterleave]
    Task<EquatableArray<string>> WouldGovern(PolicyDocument policy);

    /// <summary>All policies and hosts, as one unchanging snapshot.</summary>
    [Alias("Snapshot")]
    [AlwaysInterleave]
    Task<FleetSnapshot> Snapshot();

    /// <summary>Sends what happens from now on. To be repeated within five minutes, else the watcher is forgotten.</summary>
    /// <param name="watcher">The receiver.</param>
    /// <param name="host">Only this host; empty for all.</param>
    /// <returns>False when there are too many watchers.</returns>
    [Alias("Watch")]
    Task<bool> Watch(IFleetWatcher watcher, string host);

    /// <summary>Sends nothing more.</summary>
    [Alias("Unwatch")]
    Task Unwatch(IFleetWatcher watcher);
}

/// <summary>The key of the one fleet grain.</summary>
public static class FleetKey
{
    /// <summary><c>fleet</c>.</summary>
    public const string Value = "fleet";
}

/// <summary>Hears what happens in the fleet.</summary>
[Alias("mp.IFleetWatcher")]
public interface IFleetWatcher : IGrainObserver
{
    /// <summary>
    /// It will hear from now on. Awaited before the first happening is told, so that the way to it is known and none overtakes another.
    /// </summary>
    [Alias("Begin")]
    Task Begin();

    /// <summary>Some things happened, oldest first.</summary>
    [Alias("Happened")]
    [OneWay]
    Task Happened(EquatableArray<FleetHappening> happenings);
}

/// <summary>Something that happened in the fleet.</summary>
/// <param name="At">By the silo's clock.</param>
/// <param name="Host">The host; empty when it is about a policy.</param>
/// <param name="Kind">connected, disconnected, report, plan, acked, refused, held, resumed, occurrence or policy.</param>
/// <param name="Text">For a person.</param>
/// <param name="Version">The plan that it is about; null when none.</param>
[GenerateSerializer, Immutable, Alias("mp.FleetHappening")]
public sealed record FleetHappening(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] string Host,
    [property: Id(2)] string Kind,
    [property: Id(3)] string Text,
    [property: Id(4)] PlanVersion? Version);

/// <summary>The fleet at one moment.</summary>
/// <param name="Version">Rises with each change of a policy.</param>
/// <param name="Policies">Ordered by name.</param>
/// <param name="Hosts">Ordered by id.</param>
[GenerateSerializer, Immutable, Alias("mp.FleetSnapshot")]
public sealed record FleetSnapshot(
    [property: Id(0)] ulong Version,
    [property: Id(1)] EquatableArray<PolicyDocument> Policies,
    [property: Id(2)] EquatableArray<HostSummary> Hosts);
