using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Changes packets on their way, as a middlebox or an attacker does, and makes new ones.</summary>
internal static class PacketEdit
{
    public delegate void Editor(ref SegmentHeader header, ref byte[] payload);

    public static byte[] Edit(byte[] packet, Editor editor)
    {
        Assert.True(PacketParser.TryParse(packet, out var parsed));
        var header = new SegmentHeader
        {
            Seq = parsed.Seq,
            Ack = parsed.Ack,
            Flags = parsed.Flags,
            Window = parsed.Window,
            Options = parsed.Options,
        };
        var payload = parsed.Payload.ToArray();
        editor(ref header, ref payload);
        return Create(parsed.Tuple.Reversed, header, payload);
    }

    public static byte[] Strip(byte[] packet, MptcpKinds kinds) =>
        Edit(packet, (ref SegmentHeader header, ref byte[] payload) => header.Options.Mptcp.Remove(kinds));

    public static byte[] Create(FourTuple tuple, in SegmentHeader header, byte[]? payload = null)
    {
        var buffer = new byte[PacketWriter.HeaderLength(tuple.Local.Address.IsV4) + TcpOptions.MaxLength + (payload?.Length ?? 0)];
        return buffer[..PacketWriter.Write(buffer, tuple, header, payload ?? [])];
    }

    public static byte[] Syn(FourTuple tuple, uint seq, MpJoin? join = null, MpCapable? capable = null)
    {
        var header = new SegmentHeader { Seq = new Seq32(seq), Flags = TcpFlags.Syn, Window = 65535 };
        if (join is { } one)
        {
            header.Options.Mptcp.Set(one);
        }

        if (capable is { } other)
        {
            header.Options.Mptcp.Set(other);
        }

        return Create(tuple, header);
    }
}
