using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Paths;

/// <summary>
/// The rules of Linux's in-kernel path manager (net/mptcp/pm_kernel.c) for one connection: endpoints are announced one after the other,
/// subflows are opened from the endpoints that say so, and to addresses that the peer announces, within the limits.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Each event that may have made room first announces the next signal endpoint that was not used yet, then opens subflows
/// from the subflow endpoints that were not used yet: to the peer's first address, or with fullmesh to all that subflows go to.</item>
/// <item>An address that the peer announces, if one more is accepted, is joined from every fullmesh endpoint, or from whatever
/// address routing gives.</item>
/// <item>The id of each endpoint is used once; it is free again when the endpoint is removed. So a subflow that ends is not made again
/// in a loop.</item>
/// </list>
/// The first subflow's own address has id 0 on this connection whatever its endpoint's id is, and does not count as used. In two places
/// the kernel forgets something that is remembered here: an endpoint that is both announced and opened is always announced first,
/// or it would never be; and its place is free again when it is removed.
/// </remarks>
public sealed class KernelRules(EndpointTable table) : IPathManager
{
    private readonly bool[] _used = new bool[byte.MaxValue + 1];
    private readonly SubflowList _subflows = new();
    private FourTuple _first;
    private bool _isEstablished;
    private bool _peerRefusesJoins;
    private byte _firstEndpointId;
    private int _localsUsed;
    private readonly List<byte> _announced = [];
    private int _accepted;

    /// <inheritdoc/>
    public string Name => "kernel";

    /// <summary>The endpoints and limits.</summary>
    internal EndpointTable Table => table;

    private int MaxSubflows => table.Limits.Subflows;

    /// <inheritdoc/>
    public void HandleEstablished(FourTuple first, bool peerRefusesJoins, ICollection<PathCommand> commands)
    {
        _first = first;
        _peerRefusesJoins = peerRefusesJoins;
        _isEstablished = true;
        _subflows.AddFirst(first);
        if (table.Find(first.Local) is { } endpoint)
        {
            _used[endpoint.Id] = true;
            _firstEndpointId = endpoint.Id;
            if (endpoint.Has(PathEndpointFlags.Backup))
            {
                commands.Add(new PathCommand.SetBackup(first, true));
            }
        }

        AnnounceAndOpen(commands);
    }

    /// <inheritdoc/>
    public bool HandleJoin()
    {
        if (_subflows.Further >= MaxSubflows)
        {
            return false;
        }

        _subflows.Reserve();
        return true;
    }

    /// <inheritdoc/>
    public void HandleSubflowEstablished(byte localId, byte remoteId, FourTuple tuple, ICollection<PathCommand> commands)
    {
        if (!_subflows.HandleEstablished(localId, remoteId, tuple))
        {
            commands.Add(new PathCommand.DestroySubflow(tuple));
        }

        AnnounceAndOpen(commands);
    }

    /// <inheritdoc/>
    public void HandleSubflowClosed(FourTuple tuple, ICollection<PathCommand> commands)
    {
        if (_subflows.HandleClosed(tuple))
        {
            AnnounceAndOpen(commands);
        }
    }

    /// <inheritdoc/>
    public void HandleEchoed(byte localId, ICollection<PathCommand> commands) => AnnounceAndOpen(commands);

    /// <inheritdoc/>
    public void HandleAnnounced(byte remoteId, Endpoint address, ICollection<PathCommand> commands)
    {
        bool isWanted = remoteId == 0 ? address.Address == _first.Remote.Address
            : _accepted < table.Limits.AddressesAccepted && _subflows.Further < MaxSubflows;
        if (!_isEstablished || !isWanted || MaxSubflows == 0 || _subflows.GoesTo(address))
        {
            return;
        }

        var remote = new Endpoint(address.Address, address.Port != 0 ? address.Port : _first.Remote.Port);
        int before = _subflows.Further;
        foreach (PathEndpoint endpoint in table.Endpoints)
        {
            if (endpoint.Has(PathEndpointFlags.FullMesh) && endpoint.Address.Address.IsV4 == remote.Address.IsV4
                && _subflows.Further < MaxSubflows)
            {
                Open(endpoint, endpoint.Address.Address == _first.Local.Address ? (byte)0 : endpoint.Id, remoteId, remote, commands);
            }
        }

        if (_subflows.Further == before)
        {
            _subflows.AddPending(0, remoteId, default, remote);
            IpAddr any = remote.Address.IsV4 ? IpAddr.AnyV4 : IpAddr.AnyV6;
            commands.Add(new PathCommand.CreateSubflow(0, any, remoteId, remote, Backup: false));
        }

        _accepted += remoteId == 0 ? 0 : 1;
    }

    /// <inheritdoc/>
    public void HandleRemoved(byte remoteId)
    {
        if (remoteId != 0 && _accepted > 0 && _subflows.HasRemote(remoteId))
        {
            _accepted--;
        }
    }

    /// <summary>An endpoint was added to the table.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="commands">What shall be done.</param>
    public void HandleEndpointAdded(PathEndpoint endpoint, ICollection<PathCommand> commands)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!_isEstablished)
        {
            return;
        }

        if (endpoint.Address.Address == _first.Local.Address && (endpoint.Address.Port == 0 || endpoint.Address.Port == _first.Local.Port))
        {
            _firstEndpointId = endpoint.Id;
        }

        AnnounceAndOpen(commands);
    }

    /// <summary>An endpoint was removed from the table: its announcement is withdrawn and its subflows are closed.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="commands">What shall be done.</param>
    public void HandleEndpointRemoved(PathEndpoint endpoint, ICollection<PathCommand> commands)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        bool hasSubflows = _subflows.ComesFrom(endpoint.Address.Address);
        bool wasAnnounced = _announced.Remove(endpoint.Id);
        if (wasAnnounced || (hasSubflows && !endpoint.Has(PathEndpointFlags.Implicit)))
        {
            commands.Add(new PathCommand.Withdraw(LocalId(endpoint)));
        }

        if (hasSubflows)
        {
            _subflows.DestroyFrom(LocalId(endpoint), commands);
        }

        if (endpoint.Has(PathEndpointFlags.Subflow))
        {
            MarkUnused(endpoint);
        }
        else if (wasAnnounced)
        {
            _used[endpoint.Id] = false;
        }

        if (_firstEndpointId == endpoint.Id)
        {
            _firstEndpointId = 0;
        }
    }

    /// <summary>An endpoint's flags were changed.</summary>
    /// <param name="before">What it was.</param>
    /// <param name="after">What it is.</param>
    /// <param name="commands">What shall be done.</param>
    public void HandleEndpointChanged(PathEndpoint before, PathEndpoint after, ICollection<PathCommand> commands)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        PathEndpointFlags changed = before.Flags ^ after.Flags;
        if ((changed & PathEndpointFlags.Backup) != 0)
        {
            _subflows.SetBackup(after.Address.Address, after.Has(PathEndpointFlags.Backup), commands);
        }

        if ((changed & PathEndpointFlags.FullMesh) != 0 && after.Has(PathEndpointFlags.Subflow))
        {
            _subflows.DestroyFrom(LocalId(after), commands);
            MarkUnused(after);
            AnnounceAndOpen(commands);
        }
    }

    private byte LocalId(PathEndpoint endpoint) => endpoint.Id == _firstEndpointId ? (byte)0 : endpoint.Id;

    /// <summary>mptcp_pm_create_subflow_or_signal_addr.</summary>
    private void AnnounceAndOpen(ICollection<PathCommand> commands)
    {
        if (!_isEstablished)
        {
            return;
        }

        PathEndpoint? also = null;
        if (_announced.Count < table.Count(PathEndpointFlags.Signal) && NextUnused(PathEndpointFlags.Signal) is { } announced)
        {
            _used[announced.Id] = true;
            _announced.Add(announced.Id);
            commands.Add(new PathCommand.Announce(LocalId(announced), announced.Address));
            also = announced.Has(PathEndpointFlags.Subflow) ? announced : null;
        }

        int localsMax = table.Count(PathEndpointFlags.Subflow);
        while (_localsUsed < localsMax && _subflows.Further < MaxSubflows)
        {
            PathEndpoint? endpoint = also ?? NextUnused(PathEndpointFlags.Subflow, andNot: PathEndpointFlags.Signal);
            also = null;
            if (endpoint is null)
            {
                break;
            }

            _used[endpoint.Id] = true;
            _localsUsed += LocalId(endpoint) == 0 ? 0 : 1;
            OpenFrom(endpoint, commands);
        }
    }

    /// <summary>
    /// fill_remote_addresses_vec: the peer's first address, or all that subflows go to and that this endpoint does not reach yet.
    /// </summary>
    private void OpenFrom(PathEndpoint endpoint, ICollection<PathCommand> commands)
    {
        if (!endpoint.Has(PathEndpointFlags.FullMesh))
        {
            if (!_peerRefusesJoins && endpoint.Address.Address.IsV4 == _first.Remote.Address.IsV4)
            {
                Open(endpoint, LocalId(endpoint), 0, _first.Remote, commands);
            }

            return;
        }

        foreach ((byte remoteId, Endpoint remote) in _subflows.RemotesNotReachedFrom(LocalId(endpoint)))
        {
            bool isRefused = _peerRefusesJoins && remoteId == 0;
            if (_subflows.Further < MaxSubflows && !isRefused && endpoint.Address.Address.IsV4 == remote.Address.IsV4)
            {
                Open(endpoint, LocalId(endpoint), remoteId, remote, commands);
            }
        }
    }

    private void Open(PathEndpoint endpoint, byte localId, byte remoteId, Endpoint remote, ICollection<PathCommand> commands)
    {
        _subflows.AddPending(localId, remoteId, endpoint.Address.Address, remote);
        commands.Add(new PathCommand.CreateSubflow(
            localId, endpoint.Address.Address, remoteId, remote, endpoint.Has(PathEndpointFlags.Backup)));
    }

    private PathEndpoint? NextUnused(PathEndpointFlags flag, PathEndpointFlags andNot = PathEndpointFlags.None)
    {
        foreach (PathEndpoint endpoint in table.Endpoints)
        {
            if (endpoint.Has(flag) && (endpoint.Flags & andNot) == 0 && !_used[endpoint.Id])
            {
                return endpoint;
            }
        }

        return null;
    }

    private void MarkUnused(PathEndpoint endpoint)
    {
        if (_used[endpoint.Id] && LocalId(endpoint) != 0 && _localsUsed > 0)
        {
            _localsUsed--;
        }

        _used[endpoint.Id] = false;
    }
}
