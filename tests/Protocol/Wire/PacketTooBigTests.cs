using System.Buffers.Binary;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Ip;

namespace Multipath.Protocol.Tests.Wire;

public sealed class PacketTooBigTests
{
    private static readonly FourTuple _four = new(Endpoint.Parse("10.0.0.1:1000"), Endpoint.Parse("10.0.0.2:80"));
    private static readonly FourTuple _six = new(Endpoint.Parse("[2001:db8::1]:1000"), Endpoint.Parse("[2001:db8::2]:80"));

    [Fact]
    public void Fragmentation_needed_names_the_subflow_and_the_size()
    {
        Assert.True(PacketTooBig.TryParse(Notice(_four, "0304000000000578", quoted: 28), out var notice));
        Assert.Equal(new PacketTooBig(_four, new Seq32(77), 1400), notice);
    }

    [Fact]
    public void Packet_too_big_names_the_subflow_and_the_size()
    {
        Assert.True(PacketTooBig.TryParse(Notice(_six, "0200000000000500", quoted: 48), out var notice));
        Assert.Equal(new PacketTooBig(_six, new Seq32(77), 1280), notice);
    }

    [Fact]
    public void A_router_that_does_not_say_the_size_says_zero()
    {
        Assert.True(PacketTooBig.TryParse(Notice(_four, "0304000000000000", quoted: 28), out var notice));
        Assert.Equal(0, notice.Mtu);
    }

    [Fact]
    public void A_quote_that_is_cut_before_the_sequence_number_says_nothing()
    {
        Assert.False(PacketTooBig.TryParse(Notice(_four, "0304000000000578", quoted: 27), out _));
        Assert.False(PacketTooBig.TryParse(Notice(_six, "0200000000000500", quoted: 47), out _));
    }

    [Theory]
    [InlineData("0303000000000578")]
    [InlineData("0b00000000000578")]
    [InlineData("0800000000000578")]
    public void Other_messages_are_not_about_size(string header) =>
        Assert.False(PacketTooBig.TryParse(Notice(_four, header, quoted: 28), out _));

    [Fact]
    public void A_wrong_checksum_is_not_believed()
    {
        foreach (var packet in new[] { Notice(_four, "0304000000000578", 28), Notice(_six, "0200000000000500", 48) })
        {
            packet[^1] ^= 1;
            Assert.False(PacketTooBig.TryParse(packet, out _));
        }
    }

    // What a router between both ends sends to the local one.
    private static byte[] Notice(in FourTuple tuple, string header, int quoted)
    {
        var isV4 = tuple.Local.Address.IsV4;
        var segment = new byte[200];
        PacketWriter.Write(segment, tuple, new SegmentHeader { Seq = new Seq32(77) }, "data"u8);
        byte[] message = [.. Convert.FromHexString(header), .. segment[..quoted]];
        var protocol = isV4 ? IpProtocol.Icmp : IpProtocol.IcmpV6;
        var sum = Checksum.Sum(message);
        sum = isV4 ? sum : Checksum.Add(sum, Checksum.PseudoHeader(tuple, protocol, message.Length));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)~sum);
        var packet = new byte[200];
        var length = isV4
            ? Ipv4.Write(packet, tuple.Reversed, protocol, message.Length)
            : Ipv6.Write(packet, tuple.Reversed, protocol, message.Length);
        message.CopyTo(packet, length);
        return packet[..(length + message.Length)];
    }
}
