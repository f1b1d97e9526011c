using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Connection;

/// <summary>Joins that the peer asks for (RFC 8684 section 3.2).</summary>
internal sealed class JoinRequests(MptcpConnection connection, Session s, Lifecycle lifecycle)
{
    /// <summary>Takes a SYN with MP_JOIN whose token is this connection's.</summary>
    /// <param name="syn">The SYN.</param>
    /// <param name="hasRoom">Whether the stack can keep another join under way.</param>
    /// <param name="now">The time.</param>
    public JoinAnswer Accept(in ParsedPacket syn, bool hasRoom, Instant now)
    {
        // One that has both streams still takes joins: the peer may have missed the last data ACK, on a path that is gone.
        if (s.Mode != Mode.Multipath || connection.IsOver
            || (s.Options.RefuseJoinsToInitialAddress && syn.Tuple.Local == s.FirstTuple.Local))
        {
            return JoinAnswer.Prohibited;
        }

        var (halfOpen, _) = FindHalfOpen();
        var slot = s.FreeSlot();
        if (LocalId(syn.Tuple) is not { } localId || (slot is null && halfOpen == 0))
        {
            return JoinAnswer.NoRoom;
        }

        if (!hasRoom || slot is null || halfOpen >= s.Limits.HalfOpenJoins)
        {
            return JoinAnswer.Deferred;
        }

        if (s.Paths?.AdmitsJoin() == false)
        {
            return JoinAnswer.Prohibited;
        }

        ref readonly var join = ref syn.Options.Mptcp.Join;
        var start = s.Host.CreateStart(connection, syn.Tuple.Local.Address.IsV4);
        return connection.TryAdd(new Member(connection, slot.Value, Subflow.Accept(start, syn, now), syn.Tuple)
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
        }) ? JoinAnswer.Accepted : JoinAnswer.Prohibited;
    }

    /// <summary>What is to be kept of a SYN for which <see cref="Accept"/> makes no subflow.</summary>
    public PendingJoin Defer(in ParsedPacket syn) => new(syn)
    {
        Initial = new Seq32(s.Host.NextRandom()),
        TimestampOffset = s.Host.NextRandom(),
        LocalNonce = s.Host.NextRandom(),
        LocalId = LocalId(syn.Tuple) ?? 0,
    };

    /// <summary>The answer to such a SYN, but for the size of segments.</summary>
    public SegmentHeader SynAck(in PendingJoin join, TcpTimestamps? stamps, Instant now)
    {
        var wanted = s.SubflowOptions;
        var header = new SegmentHeader
        {
            Seq = join.Initial,
            Ack = join.PeerInitial + 1,
            Flags = TcpFlags.Syn | TcpFlags.Ack,
            Window = (ushort)Math.Min(s.Receive.Window, ushort.MaxValue),
        };
        header.Options.WindowScale = join.WindowScale is not null && wanted.WindowScale > 0 ? wanted.WindowScale : null;
        header.Options.SackPermitted = join.SackPermitted && wanted.SelectiveAcks;
        header.Options.Timestamps = stamps is { } peer && wanted.Timestamps
            ? new TcpTimestamps(Timestamps.Value(join.TimestampOffset, now), peer.Value)
            : null;
        var hmac = s.Keys!.JoinSynAck(byPeer: false, join.LocalNonce, join.RemoteNonce);
        header.Options.Mptcp.Set(MpJoin.SynAck(backup: false, join.LocalId, hmac, join.LocalNonce));
        return header;
    }

    /// <summary>Takes the third ACK of a join that <see cref="Defer"/> kept; the ACK is handed to the subflow next.</summary>
    /// <returns>The subflow; null when the proof is wrong, or no join is taken any more.</returns>
    public Member? Resume(in PendingJoin join, in ParsedPacket ack, Instant now)
    {
        if (s.Mode != Mode.Multipath || connection.IsOver || !Joining.IsProof(s, join.LocalNonce, join.RemoteNonce, ack)
            || s.Paths?.AdmitsJoin() == false || MakeRoom() is not { } slot)
        {
            return null;
        }

        var syn = new ParsedPacket { Tuple = join.Tuple, Seq = join.PeerInitial, Flags = TcpFlags.Syn };
        syn.Options.Mss = join.Mss;
        syn.Options.WindowScale = join.WindowScale;
        syn.Options.SackPermitted = join.SackPermitted;
        syn.Options.Timestamps = join.HasTimestamps ? ack.Options.Timestamps : null;
        var start = s.Host.CreateStart(connection, join.Tuple.Local.Address.IsV4) with
        {
            InitialSequence = join.Initial,
            TimestampOffset = join.TimestampOffset,
        };
        var member = new Member(connection, slot, Subflow.Resume(start, syn, now), join.Tuple)
        {
            LocalId = join.LocalId,
            RemoteId = join.RemoteId,
            RemoteStart = join.PeerInitial,
            PeerShift = join.WindowScale ?? 0,
            PeerBackup = join.IsBackup,
            Join = JoinPhase.Challenged,
            LocalNonce = join.LocalNonce,
            RemoteNonce = join.RemoteNonce,
            BegunAt = now,
        };
        return connection.TryAdd(member) ? member : null;
    }

    private byte? LocalId(in FourTuple tuple) => s.Addresses.IdOf(tuple.Local.Address, s.FirstTuple.Local.Address, s.Members);

    // Who has proved that it knows the keys takes the place of the oldest that has not. Nobody is told: its peer may be a forger's victim.
    private int? MakeRoom()
    {
        if (s.FreeSlot() is null && FindHalfOpen() is (_, { } oldest))
        {
            oldest.Reason = EndReason.Limit;
            lifecycle.Remove(oldest);
        }

        return s.FreeSlot();
    }

    private (int Count, Member? Oldest) FindHalfOpen()
    {
        var count = 0;
        Member? oldest = null;
        foreach (var m in s.Members)
        {
            if (m is { Join: JoinPhase.Challenged })
            {
                count++;
                oldest = oldest is null || m.BegunAt < oldest.BegunAt ? m : oldest;
            }
        }

        return (count, oldest);
    }
}
