using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>
/// Takes and sends what ends tell each other beside data: addresses, priorities, failures (RFC 8684 sections 3.3.8, 3.4, 3.5, 3.7).
/// </summary>
internal static class Signalling
{
    private const MptcpKinds Rare =
        MptcpKinds.AddAddr | MptcpKinds.RemoveAddr | MptcpKinds.Prio | MptcpKinds.Fail | MptcpKinds.FastClose;

    /// <summary>Takes the options of an acceptable segment that is no SYN.</summary>
    public static Verdict Handle(Session s, Member m, in ParsedPacket packet)
    {
        ref readonly var options = ref packet.Options.Mptcp;
        if ((options.Kinds & Rare) == 0)
        {
            return Verdict.Continue;
        }

        if (options.Has(MptcpKinds.FastClose) && options.FastClose.ReceiverKey == s.Keys!.Local)
        {
            return new Verdict(VerdictKind.FastClosed);
        }

        if (options.Has(MptcpKinds.AddAddr))
        {
            HandleAddress(s, m, options.AddAddr);
        }

        if (options.Has(MptcpKinds.RemoveAddr))
        {
            HandleRemoval(s, options.RemoveAddr);
        }

        if (options.Has(MptcpKinds.Prio) && m.PeerBackup != options.Prio.Backup)
        {
            m.PeerBackup = options.Prio.Backup;
            s.Emit(StackEventKind.SubflowPriority, m);
        }

        return options.Has(MptcpKinds.Fail) ? new Verdict(VerdictKind.FailReported) : Verdict.Continue;
    }

    /// <summary>
    /// Sends the ADD_ADDRs that are due, one in each segment. What finds no place comes as soon as the one before has left.
    /// </summary>
    /// <returns>Whether a segment is to be sent with one.</returns>
    public static bool Announce(Session s, Instant now)
    {
        if (s.Mode != Mode.Multipath || !s.Addresses.TryTakeDue(now, out var known))
        {
            return false;
        }

        var carrier = FindCarrier(s);
        var hmac = s.Keys!.AddAddress(byPeer: false, known.Id, known.Endpoint.Address, known.Endpoint.Port);
        if (carrier is not { MaySignal: true }
            || !carrier.Signals.TryAnnounce(AddAddr.Announce(known.Id, known.Endpoint.Address, known.Endpoint.Port, hmac)))
        {
            // An echo that is awaited shows that the peer listens, as the answer to a question would.
            s.Addresses.HandleDelayed(known.Id);
            return carrier is { MaySignal: false } && !s.Addresses.AwaitsEcho(now) && carrier.Speak();
        }

        s.Addresses.HandleSent(known.Id, now);
        carrier.Tcp.RequestAck();
        return true;
    }

    /// <summary>The subflow to speak on: one that is usable, and moves if there is one.</summary>
    /// <param name="s">The connection.</param>
    /// <param name="besides">Id of a local address whose subflows do not count.</param>
    public static Member? FindCarrier(Session s, byte? besides = null)
    {
        Member? best = null;
        foreach (var m in s.Members)
        {
            if (m is not null && m.IsUsable && m.LocalId != besides && (best is null || (best.IsStale && !m.IsStale)))
            {
                best = m;
            }
        }

        return best;
    }

    /// <summary>
    /// The subflow to say the end of the stream on: each time another one, as nothing else may tell that the last one's path is dead.
    /// </summary>
    public static Member? FindEndCarrier(Session s)
    {
        for (var i = 1; s.Ends.Attempts > 0 && i < s.Members.Length; i++)
        {
            if (s.Members[(s.Ends.Carrier + i) % s.Members.Length] is { IsUsable: true, IsStale: false } next)
            {
                return next;
            }
        }

        return FindCarrier(s);
    }

    private static void HandleAddress(Session s, Member m, in AddAddr option)
    {
        if (option.Echo)
        {
            if (s.Addresses.HandleEcho(option.AddressId, new Endpoint(option.Address, option.Port)))
            {
                s.Tell(new StackEvent
                {
                    Kind = StackEventKind.Echoed,
                    Connection = s.Id,
                    Token = s.Token,
                    ServerSide = s.ServerSide,
                    LocalId = option.AddressId,
                });
            }

            return;
        }

        if (option.AddressId == 0 || option.Hmac != s.Keys!.AddAddress(byPeer: true, option.AddressId, option.Address, option.Port))
        {
            return;
        }

        // Without a port it is the port of the subflow that carried it (section 3.4.1).
        var endpoint = new Endpoint(option.Address, option.Port);
        var result = s.Addresses.HandleAnnounced(option.AddressId, endpoint);
        if (result is PmResult.Ok or PmResult.Exists)
        {
            m.Signals.Set(option.ToEcho());
            m.Speak();
        }

        if (result == PmResult.Ok)
        {
            var port = option.Port != 0 ? option.Port : m.Tuple.Remote.Port;
            s.Tell(new StackEvent
            {
                Kind = StackEventKind.Announced,
                Connection = s.Id,
                Token = s.Token,
                ServerSide = s.ServerSide,
                RemoteId = option.AddressId,
                Tuple = new FourTuple(m.Tuple.Local, new Endpoint(option.Address, port)),
            });
        }
    }

    private static void HandleRemoval(Session s, in RemoveAddr option)
    {
        for (var i = 0; i < option.Count; i++)
        {
            var id = option[i];
            var address = s.Addresses.HandleRemoved(id);
            var known = address is not null;
            foreach (var m in s.Members)
            {
                known |= m is not null && TryDoom(m, id, address);
            }

            if (known)
            {
                s.Tell(new StackEvent
                {
                    Kind = StackEventKind.Removed,
                    Connection = s.Id,
                    Token = s.Token,
                    ServerSide = s.ServerSide,
                    RemoteId = id,
                });
            }
        }
    }

    // Also a handshake under way comes to nothing. Whose id the SYN/ACK will say is not known yet, unless the address was announced.
    private static bool TryDoom(Member m, byte id, IpAddr? address)
    {
        if (m.Join == JoinPhase.Asked)
        {
            (m.RemovedMeanwhile ??= []).Add(id);
            m.IsDoomed |= address == m.Tuple.Remote.Address;
            return m.IsDoomed;
        }

        if (m.RemoteId != id || m.IsClosing || m.Tcp.State.IsOver())
        {
            return false;
        }

        return m.IsDoomed = true;
    }
}
