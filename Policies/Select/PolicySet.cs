using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Policies.Select;

/// <summary>The policies of a fleet by name; immutable, each change makes a new set.</summary>
public sealed class PolicySet
{
    private readonly ImmutableSortedDictionary<string, Policy> _byName;

    private PolicySet(ImmutableSortedDictionary<string, Policy> byName)
    {
        _byName = byName;
        InOrder = byName.Values
            .OrderByDescending(p => p.Priority)
            .ThenBy(p => p.Name, StringComparer.Ordinal)
            .ToEquatableArray();
    }

    /// <summary>No policy.</summary>
    public static PolicySet Empty { get; } = new(ImmutableSortedDictionary.Create<string, Policy>(StringComparer.Ordinal));

    /// <summary>All policies in the order in which they are asked: highest priority first, ties by ordinal name.</summary>
    public EquatableArray<Policy> InOrder { get; }

    /// <summary>A set of <paramref name="policies"/>; of two with one name the last stays.</summary>
    public static PolicySet Of(IEnumerable<Policy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return new(policies.Aggregate(Empty._byName, (set, policy) => set.SetItem(policy.Name, policy)));
    }

    /// <summary>The policy with this name, or null.</summary>
    public Policy? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>This set with <paramref name="policy"/> added, or in place of the one with its name.</summary>
    public PolicySet With(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(_byName.SetItem(policy.Name, policy));
    }

    /// <summary>This set without the policy of this name.</summary>
    public PolicySet Without(string name) => _byName.ContainsKey(name) ? new(_byName.Remove(name)) : this;

    /// <summary>The policy that holds for a host with these labels, or null when none selects it.</summary>
    public Policy? Select(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var policy in InOrder)
        {
            if (policy.Hosts.Matches(labels))
            {
                return policy;
            }
        }

        return null;
    }
}
