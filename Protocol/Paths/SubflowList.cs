using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Paths;

/// <summary>The subflows that the rules know of: the first, those that are established and those that are being opened.</summary>
internal sealed class SubflowList
{
    private readonly List<Known> _known = [];
    private int _reserved;

    /// <summary>Subflows beside the first, joins under way included (the kernel's pm.subflows).</summary>
    public int Further { get; private set; }

    public void AddFirst(FourTuple tuple) => _known.Add(new Known(0, 0, tuple, IsFirst: true, IsPending: false));

    /// <summary>A join of the peer was let in; what it is comes when it is established.</summary>
    public void Reserve()
    {
        Further++;
        _reserved++;
    }

    public void AddPending(byte localId, byte remoteId, IpAddr local, Endpoint remote)
    {
        Further++;
        _known.Add(new Known(localId, remoteId, new FourTuple(new Endpoint(local, 0), remote), IsFirst: false, IsPending: true));
    }

    /// <summary>A subflow is established. False if it was to be destroyed while it was being opened.</summary>
    public bool HandleEstablished(byte localId, byte remoteId, FourTuple tuple)
    {
        int pending = FindPending(tuple);
        var established = new Known(localId, remoteId, tuple, IsFirst: false, IsPending: false);
        if (pending >= 0)
        {
            bool isWanted = !_known[pending].IsDoomed;
            _known[pending] = established;
            return isWanted;
        }

        if (_reserved > 0)
        {
            _reserved--;
        }
        else
        {
            Further++;
        }

        _known.Add(established);
        return true;
    }

    /// <summary>Forgets a subflow. False if nothing beside the first was counted for it.</summary>
    public bool HandleClosed(FourTuple tuple)
    {
        int index = _known.FindIndex(known => !known.IsPending && known.Tuple == tuple);
        index = index >= 0 ? index : FindPending(tuple);
        if (index >= 0)
        {
            bool isFirst = _known[index].IsFirst;
            _known.RemoveAt(index);
            Further -= isFirst ? 0 : 1;
            return !isFirst;
        }

        if (_reserved == 0)
        {
            return false;
        }

        _reserved--;
        Further--;
        return true;
    }

    public bool GoesTo(Endpoint remote) => _known.Exists(known =>
        known.Tuple.Remote.Address == remote.Address && (remote.Port == 0 || known.Tuple.Remote.Port == remote.Port));

    public bool HasRemote(byte remoteId) => _known.Exists(known => known.RemoteId == remoteId);

    public bool ComesFrom(IpAddr local) => _known.Exists(known => known.Tuple.Local.Address == local);

    public IReadOnlyList<(byte Id, Endpoint Remote)> RemotesNotReachedFrom(byte localId)
    {
        var reached = new HashSet<byte>();
        foreach (Known known in _known)
        {
            if (known.LocalId == localId)
            {
                reached.Add(known.RemoteId);
            }
        }

        var remotes = new List<(byte, Endpoint)>();
        foreach (Known known in _known)
        {
            if (reached.Add(known.RemoteId))
            {
                remotes.Add((known.RemoteId, known.Tuple.Remote));
            }
        }

        return remotes;
    }

    /// <summary>
    /// Destroys the subflows of a local address; those that are being opened, whose port is not known yet, once they are there.
    /// </summary>
    public void DestroyFrom(byte localId, ICollection<PathCommand> commands)
    {
        for (int i = 0; i < _known.Count; i++)
        {
            if (_known[i].LocalId == localId && _known[i].IsPending)
            {
                _known[i] = _known[i] with { IsDoomed = true };
            }
            else if (_known[i].LocalId == localId)
            {
                commands.Add(new PathCommand.DestroySubflow(_known[i].Tuple));
            }
        }
    }

    public void SetBackup(IpAddr local, bool backup, ICollection<PathCommand> commands)
    {
        foreach (Known known in _known)
        {
            if (known.Tuple.Local.Address == local && !known.IsPending)
            {
                commands.Add(new PathCommand.SetBackup(known.Tuple, backup));
            }
        }
    }

    private int FindPending(FourTuple tuple) => _known.FindIndex(known => known.IsPending && known.Tuple.Remote == tuple.Remote
        && (known.Tuple.Local.Address.IsUnspecified || known.Tuple.Local.Address == tuple.Local.Address));

    private readonly record struct Known(
        byte LocalId, byte RemoteId, FourTuple Tuple, bool IsFirst, bool IsPending, bool IsDoomed = false);
}
