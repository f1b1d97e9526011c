using Multipath.Policies.Model;
using Orleans;
using Orleans.Concurrency;

namespace Multipath.Contracts.Grains;

/// <summary>One policy; the key is its name.</summary>
[Alias("mp.IPolicyGrain")]
public interface IPolicyGrain : IGrainWithStringKey
{
    /// <summary>
    /// Stores a checked policy and makes the fleet follow it. Applying the same text again is harmless and heals a fleet that missed it.
    /// </summary>
    /// <param name="draft">Checked by the caller; its name is the grain's key.</param>
    /// <param name="dryRun">Say what would happen, store nothing.</param>
    /// <param name="trace">W3C trace context, or null.</param>
    [Alias("Apply")]
    Task<PolicyApplied> Apply(PolicyDraft draft, bool dryRun, string? trace);

    /// <summary>Deletes the policy.</summary>
    /// <returns>False when there is none.</returns>
    [Alias("Delete")]
    Task<bool> Delete(string? trace);

    /// <summary>The policy as stored; null when there is none.</summary>
    [Alias("Get")]
    [AlwaysInterleave]
    Task<PolicyDocument?> Get();
}

/// <summary>A policy that was parsed, checked and passed its own tests.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Priority">The highest wins on a host.</param>
/// <param name="Selector">Which hosts, as text.</param>
/// <param name="Yaml">The operator's text.</param>
[GenerateSerializer, Immutable, Alias("mp.PolicyDraft")]
public sealed record PolicyDraft(
    [property: Id(0)] string Name,
    [property: Id(1)] int Priority,
    [property: Id(2)] string Selector,
    [property: Id(3)] string Yaml);

/// <summary>A stored policy.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Revision">Rises by one with each change; not reused after a deletion.</param>
/// <param name="Priority">The highest wins on a host.</param>
/// <param name="Selector">Which hosts, as text.</param>
/// <param name="Yaml">The operator's text.</param>
/// <param name="ChangedAt">When it was last changed.</param>
[GenerateSerializer, Immutable, Alias("mp.PolicyDocument")]
public sealed record PolicyDocument(
    [property: Id(0)] string Name,
    [property: Id(1)] ulong Revision,
    [property: Id(2)] int Priority,
    [property: Id(3)] string Selector,
    [property: Id(4)] string Yaml,
    [property: Id(5)] DateTimeOffset ChangedAt);

/// <summary>What applying a policy did.</summary>
[GenerateSerializer, Alias("mp.ApplyOutcome")]
public enum ApplyOutcome
{
    /// <summary>There was none of the name.</summary>
    Created = 0,

    /// <summary>It replaced another text.</summary>
    Changed = 1,

    /// <summary>The text was the same.</summary>
    Unchanged = 2,
}

/// <summary>What applying a policy did, and to whom.</summary>
/// <param name="Name">The policy.</param>
/// <param name="Revision">Its revision now; for a dry run, the one that it would get.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Hosts">Hosts whose governing policy it is, ordered.</param>
[GenerateSerializer, Immutable, Alias("mp.PolicyApplied")]
public sealed record PolicyApplied(
    [property: Id(0)] string Name,
    [property: Id(1)] ulong Revision,
    [property: Id(2)] ApplyOutcome Outcome,
    [property: Id(3)] EquatableArray<string> Hosts);
