using Multipath.Contracts.Grains;

namespace Multipath.Silo.Grains.Policy;

/// <summary>What is stored of a policy; after a deletion the revision stays, so that it is never used for another text.</summary>
internal sealed record PolicyRecord
{
    public ulong Revision { get; init; }

    public PolicyDocument? Document { get; init; }

    /// <summary>What applying <paramref name="draft"/> does, and the record after it.</summary>
    public (ApplyOutcome Outcome, PolicyRecord Next) Apply(PolicyDraft draft, DateTimeOffset now)
    {
        if (Document?.Yaml == draft.Yaml)
        {
            return (ApplyOutcome.Unchanged, this);
        }

        var document = new PolicyDocument(draft.Name, Revision + 1, draft.Priority, draft.Selector, draft.Yaml, now);
        return (Document is null ? ApplyOutcome.Created : ApplyOutcome.Changed,
            new() { Revision = document.Revision, Document = document });
    }

    public PolicyRecord Delete() => this with { Document = null };

    /// <summary>The record with what is in force; a revision that was stored and never came into force is not used again.</summary>
    public PolicyRecord Follow(PolicyDocument? inForce) => Document?.Revision == inForce?.Revision
        ? this
        : new() { Revision = Math.Max(Revision, inForce?.Revision ?? 0), Document = inForce };
}
