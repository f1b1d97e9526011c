using System.Diagnostics.CodeAnalysis;
using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>What a change in the table means to the loop.</summary>
internal abstract record TableChange
{
    private TableChange()
    {
    }

    /// <summary>A connection may be steered from now on.</summary>
    internal sealed record Ready(uint Token) : TableChange;

    /// <summary>A connection ended.</summary>
    internal sealed record Gone(uint Token) : TableChange;

    /// <summary>A subflow is there.</summary>
    /// <param name="Connection">Its connection.</param>
    /// <param name="Subflow">It.</param>
    /// <param name="Begun">What this agent began, if it did.</param>
    internal sealed record Joined(TrackedConnection Connection, TrackedSubflow Subflow, PendingSubflow? Begun) : TableChange;

    /// <summary>A subflow is gone.</summary>
    internal sealed record Left(TrackedConnection Connection, TrackedSubflow Subflow, int Error) : TableChange;

    /// <summary>A subflow that this agent began did not come to be.</summary>
    internal sealed record Failed(TrackedConnection Connection, PendingSubflow Begun, int Error) : TableChange;

    /// <summary>Something else changed, such as the peer's addresses.</summary>
    internal sealed record Other : TableChange;
}

/// <summary>
/// The connections of the host, kept by events and set right by snapshots. No IO: it is told, and tells what that means.
/// </summary>
internal sealed class ConnectionTable
{
    /// <summary>Linux sends a SYN again after 1 and 3 s; a path that answers neither is not one.</summary>
    public static readonly TimeSpan PendingLimit = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<uint, TrackedConnection> _connections = [];

    public IReadOnlyCollection<TrackedConnection> Connections => _connections.Values;

    public bool TryGet(uint token, [NotNullWhen(true)] out TrackedConnection? connection) =>
        _connections.TryGetValue(token, out connection);

    /// <summary>Takes one event.</summary>
    /// <returns>What it means; null for nothing.</returns>
    public TableChange? Handle(MptcpEvent happened)
    {
        switch (happened)
        {
            case MptcpEvent.Created created:
                Add(created.Token, created.ServerSide, created.Initial).RefusesInitial |= created.DenyJoinInitial;
                return null;
            case MptcpEvent.Established established:
                var able = Add(established.Token, established.ServerSide, established.Initial);
                (able.Established, able.RefusesInitial) = (true, able.RefusesInitial | established.DenyJoinInitial);
                return new TableChange.Ready(established.Token);
            case MptcpEvent.Closed closed:
                return _connections.Remove(closed.Token) ? new TableChange.Gone(closed.Token) : null;
            case MptcpEvent.Announced announced when TryGet(announced.Token, out var connection):
                var port = announced.Port != 0 ? announced.Port : connection.Initial.RemotePort;
                connection.AddRemote(announced.RemoteId, new IPEndPoint(TrackedConnection.Plain(announced.Address), port));
                return new TableChange.Other();
            case MptcpEvent.Removed removed when TryGet(removed.Token, out var connection):
                return connection.RemoteAddresses.Remove(removed.RemoteId) ? new TableChange.Other() : null;
            case MptcpEvent.SubflowEstablished joined when TryGet(joined.Token, out var connection):
                return Join(connection, joined.Subflow);
            case MptcpEvent.SubflowClosed closed when TryGet(closed.Token, out var connection):
                return Leave(connection, closed);
            default:
                return null;
        }
    }

    /// <summary>
    /// Makes the table what the data plane holds: after the start, and after events were lost. Subflows begun stay begun, but for those
    /// whose success was among what was lost; what an earlier run of the agent began is begun as well.
    /// </summary>
    /// <param name="snapshot">What there is.</param>
    /// <param name="pathOf">The path of a local address.</param>
    /// <param name="now">The time.</param>
    public void Recover(PlaneSnapshot snapshot, Func<IPAddress, PathKey?> pathOf, DateTimeOffset now)
    {
        var there = snapshot.Connections.Select(connection => connection.Token).ToHashSet();
        foreach (var token in _connections.Keys.Where(token => !there.Contains(token)).ToArray())
        {
            _connections.Remove(token);
        }

        foreach (var held in snapshot.Connections)
        {
            var connection = Add(held.Token, held.ServerSide, InitialOf(held));
            connection.Established = true;
            var silent = connection.Subflows.Values.Where(one => one.Silent).Select(one => one.Tuple).ToHashSet();
            connection.Subflows.Clear();
            connection.Closing.Clear();
            connection.Abandoned.Clear();
            foreach (var subflow in held.Subflows.Where(one => one.Established))
            {
                connection.Subflows[subflow.Tuple] = new TrackedSubflow(
                    subflow.Tuple, subflow.LocalId, subflow.RemoteId, subflow.Backup, silent.Contains(subflow.Tuple));
                connection.Pending.RemoveAll(one => one.LocalId == subflow.LocalId && IsIt(one, subflow.Tuple));
            }

            // At a server they are those that the peer begins.
            foreach (var begun in held.Subflows.Where(one => !one.Established && !held.ServerSide))
            {
                Begin(connection, begun, pathOf, now);
            }
        }
    }

    /// <summary>Takes out the subflows that were begun and did not come to be in time.</summary>
    public IReadOnlyList<TableChange.Failed> Expire(DateTimeOffset now, int timedOut)
    {
        List<TableChange.Failed> failed = [];
        foreach (var connection in _connections.Values)
        {
            foreach (var begun in connection.Pending.Where(one => now - one.Since >= PendingLimit).ToArray())
            {
                connection.Pending.Remove(begun);
                failed.Add(new TableChange.Failed(connection, begun, timedOut));
            }
        }

        return failed;
    }

    /// <summary>When <see cref="Expire"/> has something to do next.</summary>
    public DateTimeOffset? NextExpiry()
    {
        DateTimeOffset? next = null;
        foreach (var connection in _connections.Values)
        {
            foreach (var begun in connection.Pending)
            {
                var end = begun.Since + PendingLimit;
                next = next is { } earliest && earliest < end ? earliest : end;
            }
        }

        return next;
    }

    private static void Begin(TrackedConnection connection, PlaneSubflow begun, Func<IPAddress, PathKey?> pathOf, DateTimeOffset now)
    {
        if (!connection.Pending.Exists(one => IsIt(one, begun.Tuple)) && pathOf(begun.Tuple.LocalAddress) is { } path)
        {
            var remote = TrackedConnection.Plain(begun.Tuple.Remote);
            connection.Pending.Add(new PendingSubflow(path, begun.LocalId, remote, begun.Backup, now));
        }
    }

    private static FourTuple InitialOf(PlaneConnection held)
    {
        var initial = held.Subflows.FirstOrDefault(one => one.LocalId == 0 && one.RemoteId == 0);
        return initial?.Tuple ?? held.Tuple;
    }

    private TrackedConnection Add(uint token, bool serverSide, FourTuple initial)
    {
        if (!_connections.TryGetValue(token, out var connection))
        {
            _connections[token] = connection = new TrackedConnection(token, serverSide, initial);
            connection.Subflows[initial] = new TrackedSubflow(initial, 0, 0, false);
        }

        return connection;
    }

    private static TableChange.Joined? Join(TrackedConnection connection, SubflowFacts facts)
    {
        if (connection.Abandoned.Remove(facts.Tuple))
        {
            return null;
        }

        var begun = connection.Pending.FirstOrDefault(one => IsIt(one, facts.Tuple));
        if (begun is not null)
        {
            connection.Pending.Remove(begun);
        }

        // The kernel never says "backup" of a subflow that this end made; what the peer asked for is the peer's, not ours.
        var backup = begun?.Backup ?? (connection.Subflows.TryGetValue(facts.Tuple, out var known) && known.Backup);
        var subflow = new TrackedSubflow(facts.Tuple, facts.LocalId, facts.RemoteId, backup);
        connection.Subflows[facts.Tuple] = subflow;
        return new TableChange.Joined(connection, subflow, begun);
    }

    private static TableChange? Leave(TrackedConnection connection, MptcpEvent.SubflowClosed closed)
    {
        connection.Abandoned.Remove(closed.Subflow.Tuple);
        if (connection.Subflows.Remove(closed.Subflow.Tuple, out var subflow))
        {
            connection.Closing.Remove(closed.Subflow.Tuple);
            return new TableChange.Left(connection, subflow, closed.Error);
        }

        if (connection.Closing.Remove(closed.Subflow.Tuple)
            || connection.Pending.FirstOrDefault(one => IsIt(one, closed.Subflow.Tuple)) is not { } begun)
        {
            return null;
        }

        connection.Pending.Remove(begun);
        return new TableChange.Failed(connection, begun, closed.Error);
    }

    private static bool IsIt(PendingSubflow begun, FourTuple tuple) =>
        begun.Path.Address.Equals(TrackedConnection.Plain(tuple.LocalAddress))
        && begun.Remote.Equals(TrackedConnection.Plain(tuple.Remote));
}
