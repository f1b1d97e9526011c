using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>What a path manager asks of a connection, in the shape of mptcp_pm's commands, and joins that the peer asks for.</summary>
internal sealed class Commands(MptcpConnection connection, Session s, Lifecycle lifecycle)
{
    // A peer sends its first SYN again after a second (RFC 6298 section 2.1): by then the third ACK should have come.
    private static readonly Duration _joinPatience = Duration.FromSeconds(1);

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

        if (FreeSlot() is not { } slot)
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

    /// <summary>Takes a SYN with MP_JOIN whose token is this connection's (RFC 8684 section 3.2).</summary>
    public JoinAnswer AcceptJoin(in ParsedPacket syn, Instant now)
    {
        // One that has both streams still takes joins: the peer may have missed the last data ACK, on a path that is gone.
        if (s.Mode != Mode.Multipath || connection.IsOver)
        {
            return JoinAnswer.Prohibited;
        }

        ref readonly var join = ref syn.Options.Mptcp.Join;
        if (s.Options.RefuseJoinsToInitialAddress && syn.Tuple.Local == s.FirstTuple.Local)
        {
            return JoinAnswer.Prohibited;
        }

        // A join past the bound is not refused: the peer sends its SYN again, when an older one that came to nothing may make room.
        if (CountHalfOpen() >= s.Limits.HalfOpenJoins && !TryForgetHalfOpen(now))
        {
            return JoinAnswer.Ignored;
        }

        if (FreeSlot() is not { } slot
            || s.Addresses.IdOf(syn.Tuple.Local.Address, s.FirstTuple.Local.Address, s.Members) is not { } localId)
        {
            return JoinAnswer.NoRoom;
        }

        if (s.Paths?.AdmitsJoin() == false)
        {
            return JoinAnswer.Prohibited;
        }

        var start = s.Host.CreateStart(connection, syn.Tuple.Local.Address.IsV4);
        var member = new Member(connection, slot, Subflow.Accept(start, syn, now), syn.Tuple)
        {
            LocalId = localId,
            RemoteId = join.AddressId,
            RemoteStart = syn.Seq,
            PeerShift = syn.Options.WindowScale ?? 0,
            PeerBackup = join.Backup,
            Join = JoinPhase.Challenged,
            LocalNonce = s.Host.NextRandom(),
            RemoteNonce = join.Nonce,
            BegunAt = now,
        };
        return connection.TryAdd(member) ? JoinAnswer.Accepted : JoinAnswer.Prohibited;
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

    private int? FreeSlot()
    {
        for (var i = 0; i < s.Members.Length; i++)
        {
            if (s.Members[i] is null)
            {
                return i;
            }
        }

        return null;
    }

    // The oldest join under way, if it has had the time that an honest one needs. Nobody is told: its peer may be a forger's victim.
    private bool TryForgetHalfOpen(Instant now)
    {
        Member? oldest = null;
        foreach (var m in s.Members)
        {
            if (m is { Join: JoinPhase.Challenged } && (oldest is null || m.BegunAt < oldest.BegunAt))
            {
                oldest = m;
            }
        }

        if (oldest is null || now < oldest.BegunAt + _joinPatience)
        {
            return false;
        }

        oldest.Reason = EndReason.Limit;
        lifecycle.Remove(oldest);
        return true;
    }

    private int CountHalfOpen()
    {
        var count = 0;
        foreach (var m in s.Members)
        {
            count += m is { Join: JoinPhase.Challenged } ? 1 : 0;
        }

        return count;
    }
}
