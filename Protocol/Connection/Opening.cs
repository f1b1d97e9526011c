using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Connection;

/// <summary>The exchange of MP_CAPABLE on the first subflow (RFC 8684 section 3.1).</summary>
internal static class Opening
{
    /// <summary>Adds MP_CAPABLE to a SYN or SYN/ACK of ours, when one is due.</summary>
    /// <param name="s">The connection.</param>
    /// <param name="attempt">How often the SYN was sent before.</param>
    /// <param name="options">The SYN's options.</param>
    public static void AddToSyn(Session s, int attempt, ref TcpOptions options)
    {
        if (s.Keys is null || s.Mode != Mode.Negotiating || (s.ServerSide && s.HasWithdrawnOffer))
        {
            return;
        }

        if (s.ServerSide)
        {
            options.Mptcp.Set(MpCapable.SynAck(Flags(s), s.Keys.Local));
        }
        else if (attempt < s.Options.SynsBeforeFallback)
        {
            options.Mptcp.Set(MpCapable.Syn(Flags(s)));
        }
        else
        {
            s.HasWithdrawnOffer = true;
        }
    }

    /// <summary>
    /// The option that repeats both keys, and maps the first data if there is any, until the peer has shown that it has them.
    /// </summary>
    public static MpCapable Proof(Session s, in SegmentPlan plan)
    {
        var keys = s.Keys!;
        if (plan.PayloadLength == 0)
        {
            return MpCapable.Ack(Flags(s), keys.Local, keys.Remote);
        }

        var map = SegmentOptions.MapOf(plan);
        ushort? checksum = s.Checksum ? MapChecksum.Of(map, plan.Chunk.Checksum) : null;
        return MpCapable.Data(Flags(s), keys.Local, keys.Remote, map.WireLength, checksum);
    }

    /// <summary>Whether a SYN offers what we speak: version 1, HMAC-SHA256, no extension (the parser refuses that one).</summary>
    public static bool IsOffer(in ParsedPacket syn) =>
        syn.Options.Mptcp.Has(MptcpKinds.Capable)
        && syn.Options.Mptcp.Capable is { Form: CapableForm.Syn, Version: MpCapable.SpokenVersion } capable
        && (capable.Flags & CapableFlags.HmacSha256) != 0;

    /// <summary>Takes the SYN that a connection is accepted from.</summary>
    public static void HandleSyn(Session s, in ParsedPacket syn)
    {
        if (s.Keys is null)
        {
            s.Mode = Mode.Plain;
            return;
        }

        TakeFlags(s, syn.Options.Mptcp.Capable.Flags);
    }

    /// <summary>
    /// Looks whether the peer sends its SYN again, without MP_CAPABLE: it never gets one in return (section 3.1). To TCP that is the same
    /// SYN and nothing has happened. An earlier answer may be on its way, so that the third ACK tells what the peer has made of them.
    /// </summary>
    public static void HandleRepeatedSyn(Session s, Member m, in ParsedPacket packet)
    {
        if (s.Mode == Mode.Negotiating && s.ServerSide && (packet.Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst)) == TcpFlags.Syn
            && m.Tcp.State == SubflowState.SynReceived && packet.Seq == m.RemoteStart && !IsOffer(packet))
        {
            s.HasWithdrawnOffer = true;
        }
    }

    /// <summary>Takes the SYN/ACK: with a key the connection is multipath, without it is plain TCP.</summary>
    public static void HandleSynAck(Session s, in ParsedPacket synAck)
    {
        ref readonly var capable = ref synAck.Options.Mptcp.Capable;
        var agreed = s.Keys is not null
            && synAck.Options.Mptcp.Has(MptcpKinds.Capable)
            && capable is { Form: CapableForm.SynAck, Version: MpCapable.SpokenVersion }
            && (capable.Flags & CapableFlags.Crypto) == CapableFlags.HmacSha256;
        if (!agreed)
        {
            s.Mode = Mode.Plain;
            return;
        }

        TakeFlags(s, capable.Flags);
        Begin(s, capable.SenderKey);
    }

    /// <summary>Takes the segment that completes the handshake of an accepted connection.</summary>
    public static void HandleThirdAck(Session s, in ParsedPacket ack)
    {
        if (s.Mode != Mode.Negotiating)
        {
            return;
        }

        ref readonly var capable = ref ack.Options.Mptcp.Capable;
        if (ack.Options.Mptcp.Has(MptcpKinds.Capable) && capable.Form >= CapableForm.Ack && capable.ReceiverKey == s.Keys!.Local)
        {
            Begin(s, capable.SenderKey);
        }
        else
        {
            s.Mode = Mode.Plain;
        }
    }

    /// <summary>
    /// Whether a segment must wait for the third ACK: it speaks Multipath TCP but brings no key. It was overtaken, and falling back for
    /// it would be wrong; the peer repeats the keys until it is answered.
    /// </summary>
    public static bool IsTooEarly(Session s, in ParsedPacket packet) =>
        s.ServerSide && s.Mode == Mode.Negotiating && (packet.Flags & (TcpFlags.Syn | TcpFlags.Rst)) == 0
        && packet.Options.Mptcp.Kinds != MptcpKinds.None && !packet.Options.Mptcp.Has(MptcpKinds.Capable);

    /// <summary>The flags of an answer to a SYN of which nothing is kept.</summary>
    /// <param name="options">What the connection would be made with.</param>
    /// <param name="offered">The SYN's flags.</param>
    public static CapableFlags AnswerFlags(ConnectionOptions options, CapableFlags offered) =>
        CapableFlags.HmacSha256
        | ((offered & CapableFlags.ChecksumRequired) != 0 || options.Checksum ? CapableFlags.ChecksumRequired : CapableFlags.None)
        | (options.RefuseJoinsToInitialAddress ? CapableFlags.NoJoinToSource : CapableFlags.None);

    private static CapableFlags Flags(Session s) =>
        AnswerFlags(s.Options, s.Checksum ? CapableFlags.ChecksumRequired : CapableFlags.None);

    private static void TakeFlags(Session s, CapableFlags flags)
    {
        s.Checksum = s.Options.Checksum || (flags & CapableFlags.ChecksumRequired) != 0;
        s.PeerRefusesInitial = (flags & CapableFlags.NoJoinToSource) != 0;
    }

    private static void Begin(Session s, ulong peerKey)
    {
        s.Keys!.Complete(peerKey);
        s.Mode = Mode.Multipath;
        s.Receive.Rebase(s.Keys.RemoteStart + 1);
    }
}
