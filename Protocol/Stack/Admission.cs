using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol;

/// <summary>
/// Lets peers in at listeners: with a connection for each SYN as long as few are half open, beyond that with cookies, so that a flood of
/// SYNs costs no memory and turns nobody away.
/// </summary>
internal sealed class Admission(StackOptions options, StackHost host, ConnectionFactory factory, StrayReplies replies)
{
    private readonly SynCookies _cookies = new(options.Entropy);

    /// <summary>Answers a SYN. Past the bound of what waits to be accepted it is dropped and not refused: the peer tries again.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="syn">The SYN.</param>
    /// <param name="now">The time.</param>
    /// <param name="after">The last number that an earlier connection between the ends has used, if one is known.</param>
    public void HandleSyn(Listener listener, in ParsedPacket syn, Instant now, Seq32? after = null)
    {
        if (listener.HasRoomForHalfOpen)
        {
            if (factory.Accept(listener, syn, after, now) is { } connection)
            {
                listener.HandleBegun(connection);
            }
        }
        else if (!listener.IsFull)
        {
            var taken = syn;
            taken.Options.Timestamps = listener.Options.Timestamps ? syn.Options.Timestamps : null;
            AnswerByCookie(listener, taken, now);
        }
    }

    /// <summary>Takes a segment that belongs to nothing: it may complete a handshake of which nothing was kept.</summary>
    /// <returns>Whether it does; then it has been dealt with.</returns>
    public bool TryComplete(Listener listener, in ParsedPacket ack, Instant now)
    {
        if (!_cookies.TryTakeBack(ack, now, out var cookie))
        {
            return false;
        }

        ref readonly var brought = ref ack.Options.Mptcp;
        var isCapable = brought.Has(MptcpKinds.Capable);
        if (listener.IsFull || (brought.Kinds != MptcpKinds.None && !isCapable))
        {
            // There is no room, or it was overtaken by the first data, which brings the keys: the peer sends again.
            return true;
        }

        var isOffer = isCapable && listener.Options.Multipath;
        var keys = isOffer && FreeKey(cookie) is { } key && IsProof(brought.Capable, key) ? new SessionKeys(key) : null;
        if (factory.Resume(listener, Remember(ack, cookie, keys is not null), cookie, keys, now) is { } member)
        {
            member.Owner.HandlePacket(member, ack, now);
            host.Connections.Touch(member.Owner);
        }

        return true;
    }

    private static bool IsProof(in MpCapable capable, ulong key) =>
        capable.Form >= CapableForm.Ack && capable.Version == MpCapable.SpokenVersion && capable.ReceiverKey == key;

    // The SYN as it must have been.
    private static ParsedPacket Remember(in ParsedPacket ack, in SynCookies.SynCookie cookie, bool isMultipath)
    {
        var syn = new ParsedPacket { Tuple = ack.Tuple, Seq = ack.Seq - 1, Flags = TcpFlags.Syn };
        syn.Options.Mss = cookie.Mss;
        syn.Options.WindowScale = cookie.WindowScale;
        syn.Options.SackPermitted = cookie.SackPermitted;
        syn.Options.Timestamps = ack.Options.Timestamps;
        if (isMultipath)
        {
            syn.Options.Mptcp.Set(MpCapable.Syn(ack.Options.Mptcp.Capable.Flags));
        }

        return syn;
    }

    private ulong? FreeKey(in SynCookies.SynCookie cookie)
    {
        var key = Keys.FirstFrom(cookie.Key, options.Share);
        return Keys.Token(key) is var token and not 0 && !host.Connections.IsTokenTaken(token) ? key : null;
    }

    private void AnswerByCookie(Listener listener, in ParsedPacket syn, Instant now)
    {
        var cookie = _cookies.Give(syn, now);
        var clock = Timestamps.Value(cookie.TimestampOffset, now);
        var wanted = listener.Options;
        var header = new SegmentHeader
        {
            Seq = cookie.Initial,
            Ack = syn.Seq + 1,
            Flags = TcpFlags.Syn | TcpFlags.Ack,
            Window = (ushort)Math.Min(Math.Min(wanted.InitialReceiveWindow, wanted.ReceiveBufferLimit), ushort.MaxValue),
        };
        header.Options.Mss = (ushort)Math.Min(options.Mtu - PacketWriter.HeaderLength(syn.Tuple.Local.Address.IsV4), ushort.MaxValue);
        header.Options.WindowScale = cookie.WindowScale is null ? null : SubflowOptions.Default.WindowScale;
        header.Options.SackPermitted = cookie.SackPermitted;
        header.Options.Timestamps = syn.Options.Timestamps is { } stamps
            ? new TcpTimestamps(SynCookies.Stamp(cookie, clock), stamps.Value)
            : null;
        if (wanted.Multipath && Opening.IsOffer(syn) && FreeKey(cookie) is { } key)
        {
            var flags = Opening.AnswerFlags(wanted, syn.Options.Mptcp.Capable.Flags);
            header.Options.Mptcp.Set(MpCapable.SynAck(flags, key));
        }

        replies.Add(syn.Tuple, header);
    }
}
