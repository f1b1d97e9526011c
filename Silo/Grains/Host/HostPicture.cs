using System.Collections.Immutable;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;

namespace Multipath.Silo.Grains.Host;

/// <summary>What a host last said of itself, merged from its reports. Kept in memory only: an agent can always say it again.</summary>
/// <param name="Sequence">Of the newest report that is in it.</param>
/// <param name="Complete">False until a whole report came, and again after a gap.</param>
/// <param name="Paths">By interface, then address.</param>
/// <param name="Connections">By token.</param>
/// <param name="Occurrences">The last <see cref="ReportBounds.OccurrencesKept"/>, oldest first.</param>
/// <param name="Counters">By name.</param>
internal sealed record HostPicture(
    ulong Sequence,
    bool Complete,
    ImmutableSortedDictionary<PathKey, PathObservation> Paths,
    ImmutableSortedDictionary<uint, ConnectionReport> Connections,
    ImmutableQueue<HostOccurrence> Occurrences,
    ImmutableSortedDictionary<string, ulong> Counters)
{
    public static HostPicture Empty { get; } = new(
        0,
        false,
        ImmutableSortedDictionary.Create<PathKey, PathObservation>(PathOrder.Instance),
        ImmutableSortedDictionary<uint, ConnectionReport>.Empty,
        [],
        ImmutableSortedDictionary.Create<string, ulong>(StringComparer.Ordinal));

    /// <summary>Goes on with differences when the agent's last report is the one that is known, else waits for a whole one.</summary>
    public HostPicture Resume(ulong sequence) =>
        Complete && sequence == Sequence ? this : this with { Sequence = sequence, Complete = false };

    /// <summary>The input of Rank.</summary>
    public HostObservation ToObservation(string host) => new(host, Sequence, [.. Paths.Values], Connections.Count);

    /// <summary>By interface, then address, as <see cref="HostObservation.Paths"/> asks.</summary>
    private sealed class PathOrder : IComparer<PathKey>
    {
        public static PathOrder Instance { get; } = new();

        public int Compare(PathKey? x, PathKey? y)
        {
            var byInterface = string.CompareOrdinal(x?.Interface, y?.Interface);
            return byInterface != 0 || x is null || y is null
                ? byInterface
                : x.Address.GetAddressBytes().AsSpan().SequenceCompareTo(y.Address.GetAddressBytes());
        }
    }
}
