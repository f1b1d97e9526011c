using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>
/// The kernel's path manager of a stack: its endpoints and limits, and the operator's changes of them (the commands add-addr, del-addr,
/// set-flags and set-limits of mptcp_pm).
/// </summary>
/// <remarks>
/// A connection follows these rules when it is made with <see cref="Create"/> as its <see cref="ConnectionOptions.PathManager"/>; others
/// are not touched. Joins of the peer count against the limits too.
/// </remarks>
public sealed class KernelPaths
{
    private readonly EndpointTable _table = new();
    private readonly ConnectionTable _connections;

    internal KernelPaths(ConnectionTable connections)
    {
        _connections = connections;
    }

    /// <summary>The endpoints.</summary>
    public IReadOnlyList<PathEndpoint> Endpoints => _table.Endpoints;

    /// <summary>The limits.</summary>
    public PathLimits Limits => _table.Limits;

    /// <summary>Makes the path manager of one connection of this stack.</summary>
    public IPathManager Create() => new KernelRules(_table);

    /// <summary>Sets the limits; they count from the next event of each connection on.</summary>
    /// <param name="limits">Each 0 to 8.</param>
    public EndpointResult SetLimits(PathLimits limits) => _table.SetLimits(limits);

    /// <summary>Adds an endpoint and uses it on every connection.</summary>
    /// <param name="wanted">The endpoint; id 0: the next free one.</param>
    /// <param name="now">The time.</param>
    public EndpointResult Add(PathEndpoint wanted, Instant now)
    {
        var result = _table.TryAdd(wanted, out var added);
        ForAll(added, (rules, endpoint, due) => rules.HandleEndpointAdded(endpoint, due), now);
        return result;
    }

    /// <summary>Removes an endpoint and what it made on every connection.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="now">The time.</param>
    public EndpointResult Remove(byte id, Instant now)
    {
        var result = _table.TryRemove(id, out var removed);
        ForAll(removed, (rules, endpoint, due) => rules.HandleEndpointRemoved(endpoint, due), now);
        return result;
    }

    /// <summary>Changes the flags backup and fullmesh of an endpoint, on every connection.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="flags">The new flags.</param>
    /// <param name="now">The time.</param>
    public EndpointResult SetFlags(byte id, PathEndpointFlags flags, Instant now)
    {
        var result = _table.TrySetFlags(id, flags, out var before, out var after);
        ForAll(after, (rules, endpoint, due) => rules.HandleEndpointChanged(before!, endpoint, due), now);
        return result;
    }

    private void ForAll(PathEndpoint? endpoint, Action<KernelRules, PathEndpoint, ICollection<PathCommand>> change, Instant now)
    {
        if (endpoint is null)
        {
            return;
        }

        foreach (var connection in _connections.Living)
        {
            if (connection.Session.Paths is { } paths)
            {
                paths.Change(_table, (rules, due) => change(rules, endpoint, due));
                connection.Settle(now);
                _connections.Touch(connection);
            }
        }
    }
}
