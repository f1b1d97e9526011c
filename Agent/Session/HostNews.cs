using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>
/// What the loop found in one turn: the host as it is now, and what happened to it. Told together, so that the silo never hears that a link
/// went down without seeing it down.
/// </summary>
/// <param name="Snapshot">The host.</param>
/// <param name="Occurrences">What happened since the news before, oldest first.</param>
internal sealed record HostNews(HostSnapshot Snapshot, EquatableArray<HostOccurrence> Occurrences)
{
    /// <summary>The news of two turns as one. The session's outbox counts what it drops; this only bounds what waits for it.</summary>
    public HostNews Then(HostNews newer) => new(
        newer.Snapshot,
        Occurrences.IsEmpty ? newer.Occurrences
            : [.. Occurrences.Concat(newer.Occurrences).TakeLast(2 * Outbox.OccurrenceLimit)]);
}
