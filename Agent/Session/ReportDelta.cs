using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>What changed on the host since the report before.</summary>
/// <param name="Sequence">One more than the report before.</param>
/// <param name="Full">Whole: what is not named is gone.</param>
/// <param name="At">When the host was read.</param>
/// <param name="Paths">Paths that are new or changed.</param>
/// <param name="RemovedPaths">Paths that are gone.</param>
/// <param name="Connections">Connections that are new or changed, each whole.</param>
/// <param name="RemovedConnections">Tokens of connections that are gone.</param>
/// <param name="Counters">Counters that changed.</param>
/// <param name="Occurrences">What happened, oldest first.</param>
internal sealed record ReportDelta(
    ulong Sequence,
    bool Full,
    DateTimeOffset At,
    EquatableArray<PathObservation> Paths,
    EquatableArray<PathKey> RemovedPaths,
    EquatableArray<ConnectionObservation> Connections,
    EquatableArray<uint> RemovedConnections,
    ImmutableSortedDictionary<string, ulong> Counters,
    EquatableArray<HostOccurrence> Occurrences)
{
    /// <summary>True when there is nothing to say.</summary>
    public bool IsEmpty =>
        !Full && Paths.IsEmpty && RemovedPaths.IsEmpty && Connections.IsEmpty && RemovedConnections.IsEmpty && Counters.IsEmpty
        && Occurrences.IsEmpty;
}
