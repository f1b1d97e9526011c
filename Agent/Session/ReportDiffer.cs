using System.Collections.Immutable;
using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>Finds what changed between two snapshots of a host, and whether it matters at once. Pure.</summary>
internal static class ReportDiffer
{
    /// <summary>
    /// What a silo that knows <paramref name="before"/> must hear to know <paramref name="after"/>; null for a silo that knows nothing.
    /// </summary>
    public static ReportDelta Diff(
        HostSnapshot? before, HostSnapshot after, ulong sequence, EquatableArray<HostOccurrence> occurrences)
    {
        if (before is null)
        {
            return new ReportDelta(sequence, true, after.At, after.Paths, [], after.Connections, [], after.Counters, occurrences);
        }

        var pathsBefore = before.Paths.ToDictionary(path => path.Path);
        var connectionsBefore = before.Connections.ToDictionary(connection => connection.Token);
        var pathsAfter = after.Paths.Select(path => path.Path).ToHashSet();
        var connectionsAfter = after.Connections.Select(connection => connection.Token).ToHashSet();
        return new ReportDelta(
            sequence,
            false,
            after.At,
            after.Paths.Where(path => !pathsBefore.TryGetValue(path.Path, out var old) || old != path).ToEquatableArray(),
            before.Paths.Where(path => !pathsAfter.Contains(path.Path)).Select(path => path.Path).ToEquatableArray(),
            after.Connections.Where(one => !connectionsBefore.TryGetValue(one.Token, out var old) || old != one).ToEquatableArray(),
            before.Connections.Where(one => !connectionsAfter.Contains(one.Token)).Select(one => one.Token).ToEquatableArray(),
            after.Counters.Where(counter => !before.Counters.TryGetValue(counter.Key, out var old) || old != counter.Value)
                .ToImmutableSortedDictionary(),
            occurrences);
    }

    /// <summary>True when a path came or went, or one can carry that could not, or the other way round: what plans are made for.</summary>
    public static bool PathsChanged(HostSnapshot? before, HostSnapshot after)
    {
        if (before is null || before.Paths.Count != after.Paths.Count)
        {
            return true;
        }

        for (var i = 0; i < after.Paths.Count; i++)
        {
            if (before.Paths[i].Path != after.Paths[i].Path || before.Paths[i].State != after.Paths[i].State)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// True when something other than a measurement changed: a path or its state or gateway, a connection or its class, a subflow or its
    /// standing. Such a change does not wait for the report interval.
    /// </summary>
    public static bool StateChanged(HostSnapshot? before, HostSnapshot after)
    {
        if (before is null || PathsChanged(before, after) || before.Connections.Count != after.Connections.Count)
        {
            return true;
        }

        for (var i = 0; i < after.Paths.Count; i++)
        {
            var (old, now) = (before.Paths[i], after.Paths[i]);
            if (old.Subflows != now.Subflows || !Equals(old.Gateway, now.Gateway))
            {
                return true;
            }
        }

        for (var i = 0; i < after.Connections.Count; i++)
        {
            if (Changed(before.Connections[i], after.Connections[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Changed(ConnectionObservation old, ConnectionObservation now)
    {
        if (old.Token != now.Token || old.TrafficClass != now.TrafficClass || old.Subflows.Count != now.Subflows.Count
            || !Same(old.Local, now.Local) || !Same(old.Remote, now.Remote))
        {
            return true;
        }

        for (var i = 0; i < now.Subflows.Count; i++)
        {
            if (old.Subflows[i].State != now.Subflows[i].State)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(IPEndPoint left, IPEndPoint right) => left.Equals(right);
}
