using System.Collections.Immutable;
using Multipath.Contracts.Grains;
using Multipath.Policies.Select;
using PolicyModel = Multipath.Policies.Model.Policy;

namespace Multipath.Silo.Grains.Fleet;

/// <summary>Which policy governs which host: an immutable answer to one version of the fleet's policies.</summary>
internal sealed class FleetIndex
{
    private readonly ImmutableSortedDictionary<string, PolicyDocument> _documents;
    private readonly PolicySet _set;

    /// <summary>A document that cannot be read any more governs nobody.</summary>
    public FleetIndex(ImmutableSortedDictionary<string, PolicyDocument> documents, PolicyCache cache)
    {
        _documents = documents;
        _set = PolicySet.Of(documents.Values.Select(document => cache.Parse(document).Value).OfType<PolicyModel>());
    }

    /// <summary>Null when no policy selects a host with these labels.</summary>
    public PolicyDocument? Governs(ImmutableSortedDictionary<string, string> labels) =>
        _set.Select(labels) is { } policy ? _documents[policy.Name] : null;

    /// <summary>The hosts that <paramref name="policy"/> governs, ordered.</summary>
    public IEnumerable<string> GovernedBy(string policy, IEnumerable<HostSummary> hosts) =>
        from host in hosts where Governs(host.Labels)?.Name == policy select host.Host;

    /// <summary>The hosts for which <paramref name="next"/> says something else, and what it says.</summary>
    public IEnumerable<(string Host, PolicyDocument? Policy)> Differences(FleetIndex next, IEnumerable<HostSummary> hosts) =>
        from host in hosts
        let after = next.Governs(host.Labels)
        where Governs(host.Labels) != after
        select (host.Host, after);
}
