using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Connection;

/// <summary>The exchange of MP_JOIN on a further subflow (RFC 8684 section 3.2).</summary>
internal static class Joining
{
    /// <summary>Times that our proof, the third ACK, is sent before the subflow is given up.</summary>
    public const int MaxProofs = 6;

    /// <summary>Adds MP_JOIN to a SYN or SYN/ACK of ours.</summary>
    public static void AddToSyn(Session s, Member m, ref TcpOptions options)
    {
        var keys = s.Keys!;
        options.Mptcp.Set(m.IsActive
            ? MpJoin.Syn(m.Backup, m.LocalId, keys.RemoteToken, m.LocalNonce)
            : MpJoin.SynAck(m.Backup, m.LocalId, keys.JoinSynAck(byPeer: false, m.LocalNonce, m.RemoteNonce), m.LocalNonce));
    }

    /// <summary>Our proof, which goes with every ACK until the peer answers it.</summary>
    public static MpJoin Proof(Session s, Member m) => MpJoin.Ack(s.Keys!.JoinAck(byPeer: false, m.LocalNonce, m.RemoteNonce));

    /// <summary>Takes the SYN/ACK with the peer's proof.</summary>
    public static Verdict HandleSynAck(Session s, Member m, in ParsedPacket synAck, Instant now)
    {
        ref readonly var join = ref synAck.Options.Mptcp.Join;
        if (!synAck.Options.Mptcp.Has(MptcpKinds.Join) || join.Form != JoinForm.SynAck)
        {
            return Verdict.Reset(ResetReason.MptcpError);
        }

        m.RemoteNonce = join.Nonce;
        if (join.ShortHmac != s.Keys!.JoinSynAck(byPeer: true, m.LocalNonce, m.RemoteNonce))
        {
            return Verdict.Reset(ResetReason.MptcpError);
        }

        if (m.RemovedMeanwhile?.Contains(join.AddressId) == true)
        {
            m.IsDoomed = true;
        }

        m.RemoteId = join.AddressId;
        m.PeerBackup = join.Backup;
        m.Join = JoinPhase.Proved;
        ScheduleProof(m, now);
        return Verdict.Continue;
    }

    /// <summary>Takes a segment that completes TCP's handshake on a subflow that the peer opens: it has to carry the proof.</summary>
    public static Verdict HandleThirdAck(Session s, Member m, in ParsedPacket ack)
    {
        if (!IsProof(s, m.LocalNonce, m.RemoteNonce, ack))
        {
            return Verdict.Reset(ResetReason.MptcpError);
        }

        m.Join = JoinPhase.Joined;
        m.Tcp.RequestAck();
        return Verdict.Continue;
    }

    /// <summary>Whether a segment shows that the peer knows the keys, and both nonces.</summary>
    public static bool IsProof(Session s, uint localNonce, uint remoteNonce, in ParsedPacket ack)
    {
        ref readonly var join = ref ack.Options.Mptcp.Join;
        return ack.Options.Mptcp.Has(MptcpKinds.Join) && join.Form == JoinForm.Ack
            && join.Hmac.Equals(s.Keys!.JoinAck(byPeer: true, localNonce, remoteNonce));
    }

    /// <summary>Takes any later segment: the peer answers our proof, or repeats its own because our answer was lost.</summary>
    public static void HandleLater(Member m, in ParsedPacket packet)
    {
        if (m.Join == JoinPhase.Proved && (packet.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Ack)
        {
            m.Join = JoinPhase.Joined;
            m.ProofAt = Instant.Never;
            if (m.Signals.Any)
            {
                // Beside the proof there was no room for them.
                m.Speak();
            }
        }
        else if (m.Join == JoinPhase.Joined && packet.Options.Mptcp.Has(MptcpKinds.Join))
        {
            m.Tcp.RequestAck();
        }
    }

    /// <summary>Sends our proof again.</summary>
    /// <returns>False when it was sent often enough.</returns>
    public static bool TryRepeatProof(Member m, Instant now)
    {
        if (m.ProofAttempts >= MaxProofs)
        {
            return false;
        }

        m.Tcp.RequestAck();
        ScheduleProof(m, now);
        return true;
    }

    private static void ScheduleProof(Member m, Instant now)
    {
        m.ProofAt = now + (m.Tcp.Rtt.BaseTimeout * (1 << m.ProofAttempts));
        m.ProofAttempts++;
    }
}
