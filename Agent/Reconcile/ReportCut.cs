using System.Collections.Immutable;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Cuts a snapshot to what a report may hold (<see cref="ReportLimits"/>), and knows what was left out. A report that is too large is
/// refused whole, so that without it a peer that joins too often would take the host from its silo. Pure.
/// </summary>
internal sealed class ReportCut
{
    private readonly SortedSet<string> _leftOut = new(StringComparer.Ordinal);

    /// <summary>What is left out of reports now and was told whole before; taken once.</summary>
    public ImmutableArray<string> News { get; private set; } = [];

    /// <summary>Keeps the paths that carry or could, then the others, and the first connections and subflows.</summary>
    public HostSnapshot Cut(HostSnapshot whole)
    {
        HashSet<string> leftOut = [];
        var cut = whole with { Paths = Cut(whole.Paths, leftOut), Connections = Cut(whole.Connections, leftOut) };
        News = [.. leftOut.Where(text => !_leftOut.Contains(text)).Order(StringComparer.Ordinal)];
        _leftOut.Clear();
        _leftOut.UnionWith(leftOut);
        return cut;
    }

    private static EquatableArray<PathObservation> Cut(EquatableArray<PathObservation> paths, HashSet<string> leftOut)
    {
        var named = paths.All(path => ReportLimits.IsInterfaceName(path.Path.Interface))
            ? paths
            : paths.Where(path => ReportLimits.IsInterfaceName(path.Path.Interface)).ToEquatableArray();
        if (named.Count < paths.Count)
        {
            leftOut.Add("paths over interfaces whose names cannot be told");
        }

        if (named.Count <= ReportLimits.Paths)
        {
            return named;
        }

        leftOut.Add($"paths beyond {ReportLimits.Paths}");
        var kept = named.OrderByDescending(path => path.Subflows > 0).ThenByDescending(path => path.State != PathState.LinkDown)
            .ThenByDescending(path => path.Gateway is not null).Take(ReportLimits.Paths).Select(path => path.Path).ToHashSet();
        return named.Where(path => kept.Contains(path.Path)).ToEquatableArray();
    }

    private static EquatableArray<ConnectionObservation> Cut(EquatableArray<ConnectionObservation> connections, HashSet<string> leftOut)
    {
        if (connections.Count <= ReportLimits.Connections && connections.Sum(one => one.Subflows.Count) <= ReportLimits.Subflows
            && connections.All(one => one.Subflows.Count <= ReportLimits.SubflowsPerConnection))
        {
            return connections;
        }

        if (connections.Count > ReportLimits.Connections)
        {
            leftOut.Add($"connections beyond {ReportLimits.Connections}");
        }

        var room = ReportLimits.Subflows;
        return connections.Take(ReportLimits.Connections).Select(one => Cut(one, ref room, leftOut)).ToEquatableArray();
    }

    private static ConnectionObservation Cut(ConnectionObservation connection, ref int room, HashSet<string> leftOut)
    {
        var count = Math.Min(connection.Subflows.Count, Math.Clamp(room, 1, ReportLimits.SubflowsPerConnection));
        room -= count;
        if (count == connection.Subflows.Count)
        {
            return connection;
        }

        leftOut.Add(count == ReportLimits.SubflowsPerConnection
            ? $"subflows beyond {ReportLimits.SubflowsPerConnection} of a connection"
            : $"subflows beyond {ReportLimits.Subflows} of all connections");
        return connection with { Subflows = connection.Subflows.Take(count).ToEquatableArray() };
    }
}
