using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol;

/// <summary>Finds out whose a packet is: a subflow's, a listener's, a join's, or nobody's.</summary>
internal sealed class Reception(StackOptions options, StackHost host, ConnectionFactory factory, Listeners listeners, StrayReplies replies)
{
    private readonly Admission _admission = new(options, host, factory, replies);
    private readonly JoinAdmission _joins = new(options, host, replies);

    /// <summary>Packets that were no segment for this stack, or belonged to nothing.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes a packet.</summary>
    public void Handle(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        var fault = PacketParser.Parse(packet, info.ChecksumTrusted || info.ChecksumPartial, out var parsed);
        if (fault != PacketFault.None)
        {
            HandleOther(packet, info, fault, now);
            return;
        }

        parsed.GsoSize = info.GsoSize;
        if (host.Flows.Find(parsed.Tuple) is { } member)
        {
            var connection = member.Owner;
            if (!connection.HandlePacket(member, parsed, now))
            {
                HandleReopening(member, parsed, now);
            }

            host.Connections.Touch(connection);
            return;
        }

        HandleStray(packet, info, parsed, now);
    }

    // A connection that could begin does not wait for late segments of the one before. Its numbers begin behind those of that one, so that
    // these cannot be taken for its own (RFC 9293 section 3.6.1).
    private void HandleReopening(Member member, in ParsedPacket syn, Instant now)
    {
        var listener = syn.Options.Mptcp.Has(MptcpKinds.Join) ? null : listeners.Find(syn.Tuple.Local);
        if (listener is { IsFull: false, HasRoomForHalfOpen: true })
        {
            member.Owner.Forget(member, now);
            _admission.HandleSyn(listener, syn, now, after: member.Tcp.AssignedTo + 1);
        }
    }

    private void HandleStray(ReadOnlySpan<byte> bytes, in PacketInfo info, in ParsedPacket packet, Instant now)
    {
        if (!options.IsLocal(packet.Tuple.Local.Address))
        {
            Dropped++;
            return;
        }

        if (options.Share.Group is { } group && OwnerOf(packet, group) is var owner && owner != options.Share.Rest)
        {
            group.HandOver(owner, bytes, info with { ChecksumTrusted = true });
            return;
        }

        if (packet.Options.Mptcp.Has(MptcpKinds.Join) && HandleJoin(packet, now))
        {
            return;
        }

        var listener = listeners.Find(packet.Tuple.Local);
        if ((packet.Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst | TcpFlags.Fin)) != TcpFlags.Syn)
        {
            if (listener is null || (packet.Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst)) != TcpFlags.Ack
                || !_admission.TryComplete(listener, packet, now))
            {
                Dropped++;
                replies.Refuse(packet);
            }
        }
        else if (listener is null)
        {
            Dropped++;
            replies.Refuse(packet);
        }
        else
        {
            _admission.HandleSyn(listener, packet, now);
        }
    }

    // A SYN of a new connection stays where it came: so packets of flows of which nothing is kept yet need no place.
    private int OwnerOf(in ParsedPacket packet, IStackGroup group)
    {
        if (group.TryFind(packet.Tuple, out var owner))
        {
            return owner;
        }

        ref readonly var join = ref packet.Options.Mptcp.Join;
        return !packet.Options.Mptcp.Has(MptcpKinds.Join) ? options.Share.Rest
            : join.Form == JoinForm.Syn ? options.Share.OwnerOf(join.Token)
            : options.Share.OwnerOf((packet.Ack - 1).Value);
    }

    private bool HandleJoin(in ParsedPacket packet, Instant now)
    {
        switch (packet.Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst | TcpFlags.Fin))
        {
            case TcpFlags.Syn when packet.Options.Mptcp.Join.Form == JoinForm.Syn:
                _joins.HandleSyn(packet, now);
                return true;
            case TcpFlags.Ack:
                return _joins.TryComplete(packet, now);
            default:
                return false;
        }
    }

    private void HandleOther(ReadOnlySpan<byte> packet, in PacketInfo info, PacketFault fault, Instant now)
    {
        Dropped++;
        if (fault != PacketFault.NotTcp || !PacketTooBig.TryParse(packet, out var notice))
        {
            return;
        }

        if (host.Flows.Find(notice.Tuple) is { } member)
        {
            if (member.Tcp.IsOutstanding(notice.Seq) && member.Tcp.HandlePathMtu(notice.Mtu, now))
            {
                host.Connections.Touch(member.Owner);
            }
        }
        else if (options.Share.Group is { } group && group.TryFind(notice.Tuple, out var owner) && owner != options.Share.Rest)
        {
            group.HandOver(owner, packet, info);
        }
    }
}
