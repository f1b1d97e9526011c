using System.Collections.Immutable;
using Multipath.Contracts.Grains;

namespace Multipath.Silo.Grains.Fleet;

/// <summary>What is stored of the fleet: its policies, and its hosts as they were last seen.</summary>
internal sealed record FleetRecord
{
    public ulong Version { get; init; }

    public ImmutableSortedDictionary<string, PolicyDocument> Policies { get; init; } = Empty<PolicyDocument>();

    public ImmutableSortedDictionary<string, HostSummary> Hosts { get; init; } = Empty<HostSummary>();

    /// <summary>After a restart no host has a session yet.</summary>
    public FleetRecord AllAway() => this with
    {
        Hosts = Hosts.ToImmutableSortedDictionary(
            entry => entry.Key, entry => entry.Value with { Status = HostStatus.Away }, StringComparer.Ordinal),
    };

    public FleetRecord With(HostSummary host) => this with { Hosts = Hosts.SetItem(host.Host, host) };

    /// <summary>
    /// Whether a host differs from what is stored in more than when it was seen and how many connections it has, which change all the time.
    /// </summary>
    public bool IsNews(HostSummary host) => Hosts.GetValueOrDefault(host.Host) is not { } known
        || known with { LastSeen = host.LastSeen, Connections = host.Connections, Labels = host.Labels } != host
        || !known.Labels.SequenceEqual(host.Labels);

    /// <summary>The same record when it has this revision or a newer one.</summary>
    public FleetRecord With(PolicyDocument policy) =>
        Policies.GetValueOrDefault(policy.Name)?.Revision >= policy.Revision
            ? this
            : this with { Version = Version + 1, Policies = Policies.SetItem(policy.Name, policy) };

    /// <summary>The same record when there is none of the name.</summary>
    public FleetRecord Without(string policy) =>
        Policies.ContainsKey(policy) ? this with { Version = Version + 1, Policies = Policies.Remove(policy) } : this;

    private static ImmutableSortedDictionary<string, T> Empty<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}
