using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>What a path manager asks of a connection, in the shape of mptcp_pm's commands.</summary>
internal sealed class Commands(MptcpConnection connection, Session s, Lifecycle lifecycle)
{
    /// <summary>Opens a subflow (SUBFLOW_CREATE).</summary>
    /// <param name="tuple">Its ends; the local port is a real one.</param>
    /// <param name="localId">Id of the local address.</param>
    /// <param name="backup">Ask the peer to use it as backup only.</param>
    public PmResult CreateSubflow(in FourTuple tuple, byte localId, bool backup)
    {
        if (Refusal() is { } refusal)
        {
            return refusal;
        }

        if (tuple.Local.Address.IsV4 != tuple.Remote.Address.IsV4 || ContradictsId(tuple.Local.Address, localId))
        {
            return PmResult.Invalid;
        }

        if (s.PeerRefusesInitial && !s.ServerSide && tuple.Remote == s.FirstTuple.Remote)
        {
            return PmResult.Prohibited;
        }

        if (s.FreeSlot() is not { } slot)
        {
            return PmResult.LimitReached;
        }

        var start = s.Host.CreateStart(connection, tuple.Local.Address.IsV4);
        var member = new Member(connection, slot, Subflow.Connect(start), tuple)
        {
            LocalId = localId,
            IsActive = true,
            Backup = backup,
            Join = JoinPhase.Asked,
            LocalNonce = s.Host.NextRandom(),
        };
        return connection.TryAdd(member) ? PmResult.Ok : PmResult.Exists;
    }

    /// <summary>Resets a subflow (SUBFLOW_DESTROY); what it carried goes elsewhere at once.</summary>
    public PmResult DestroySubflow(in FourTuple tuple)
    {
        if (Find(tuple) is not { } m)
        {
            return PmResult.UnknownSubflow;
        }

        lifecycle.Reset(m, ResetReason.Unspecified, EndReason.Aborted);
        return PmResult.Ok;
    }

    /// <summary>Asks the peer to use a subflow as backup only, or no longer (SET_FLAGS); this end does the same.</summary>
    public PmResult SetBackup(in FourTuple tuple, bool backup)
    {
        if (s.Mode != Mode.Multipath)
        {
            return PmResult.NotMultipath;
        }

        if (Find(tuple) is not { } m)
        {
            return PmResult.UnknownSubflow;
        }

        m.Backup = backup;
        m.Signals.Set(new MpPrio(backup));
        m.Speak();
        return PmResult.Ok;
    }

    /// <summary>Tells the scheduler what a subflow's path costs.</summary>
    public PmResult SetCost(in FourTuple tuple, byte costClass, ushort weight)
    {
        if (Find(tuple) is not { } m)
        {
            return PmResult.UnknownSubflow;
        }

        m.CostClass = costClass;
        m.Weight = weight;
        return PmResult.Ok;
    }

    /// <summary>Announces an address (ANNOUNCE).</summary>
    public PmResult Announce(byte id, Endpoint endpoint, Instant now)
    {
        if (Refusal() is { } refusal)
        {
            return refusal;
        }

        if (id == 0)
        {
            return PmResult.Invalid;
        }

        var result = s.Addresses.Announce(id, endpoint);
        Signalling.Announce(s, now);
        return result;
    }

    /// <summary>Withdraws an address (REMOVE): the peer closes the subflows of its id.</summary>
    public PmResult Remove(byte id)
    {
        if (Refusal() is { } refusal)
        {
            return refusal;
        }

        // 0 is the address of the first subflow, also when that one is gone.
        var known = s.Addresses.Withdraw(id) || id == 0;
        foreach (var m in s.Members)
        {
            m?.Signals.Drop(id);
            known |= m is not null && m.LocalId == id;
        }

        if (!known)
        {
            return PmResult.UnknownAddress;
        }

        // Said on a subflow of another address: the one that goes may be dead.
        var carrier = Signalling.FindCarrier(s, besides: id) ?? Signalling.FindCarrier(s);
        carrier?.Signals.Remove(id);
        carrier?.Speak();
        return PmResult.Ok;
    }

    /// <summary>Which subflow has these ends; a local port of 0 stands for any.</summary>
    private Member? Find(in FourTuple tuple)
    {
        foreach (var m in s.Members)
        {
            if (m is not null && m.Tuple.Remote == tuple.Remote && m.Tuple.Local.Address == tuple.Local.Address
                && (tuple.Local.Port == 0 || m.Tuple.Local.Port == tuple.Local.Port))
            {
                return m;
            }
        }

        return null;
    }

    private PmResult? Refusal() => s.Mode switch
    {
        Mode.Multipath when s.IsConfirmed && !s.Ends.AreDone && !connection.IsOver => null,
        Mode.Plain => PmResult.NotMultipath,
        _ => PmResult.NotReady,
    };

    private bool ContradictsId(IpAddr address, byte id)
    {
        foreach (var m in s.Members)
        {
            if (m is not null && (m.LocalId == id) != (m.Tuple.Local.Address == address))
            {
                return true;
            }
        }

        return false;
    }
}
