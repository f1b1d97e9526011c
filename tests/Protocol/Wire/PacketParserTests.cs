using System.Buffers.Binary;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire;

public sealed class PacketParserTests
{
    private static readonly FourTuple _four = new(Endpoint.Parse("10.0.0.1:1000"), Endpoint.Parse("10.0.0.2:80"));
    private static readonly FourTuple _six = new(Endpoint.Parse("[2001:db8::1]:1000"), Endpoint.Parse("[2001:db8::2]:80"));

    [Fact]
    public void A_packet_is_written_to_the_byte()
    {
        Assert.Equal(
            "4500002b00004000400626cb0a0000010a000002"
            + "03e80050000000000000000050100000d3340000616263",
            Convert.ToHexStringLower(Packet(_four)));
        Assert.Equal(
            "600000000017064020010db800000000000000000000000120010db8000000000000000000000002"
            + "03e800500000000000000000501000008bc20000616263",
            Convert.ToHexStringLower(Packet(_six)));
    }

    [Fact]
    public void Bytes_behind_the_packet_are_not_payload()
    {
        Assert.True(PacketParser.TryParse([.. Packet(_four), 9, 9, 9], out var parsed));
        Assert.Equal("abc"u8, parsed.Payload);
    }

    [Fact]
    public void A_trusted_checksum_is_not_looked_at()
    {
        var packet = Packet(_four);
        packet[^1] ^= 1;
        Assert.Equal(PacketFault.BadChecksum, PacketParser.Parse(packet, checksumTrusted: false, out _));
        Assert.Equal(PacketFault.None, PacketParser.Parse(packet, checksumTrusted: true, out _));
    }

    [Fact]
    public void Options_of_IPv4_are_skipped()
    {
        var packet = Packet(_four);
        byte[] withOptions = [.. packet[..20], 1, 1, 1, 0, .. packet[20..]];
        withOptions[0] = 0x46;
        withOptions[3] += 4;
        Seal(withOptions);
        Assert.True(PacketParser.TryParse(withOptions, out var parsed));
        Assert.Equal("abc"u8, parsed.Payload);
    }

    [Theory]
    [InlineData(0x2000)]
    [InlineData(0x0001)]
    [InlineData(0x1FFF)]
    public void Fragments_of_IPv4_are_refused(ushort field)
    {
        var packet = Packet(_four);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), field);
        Seal(packet);
        Assert.Equal(PacketFault.Fragment, PacketParser.Parse(packet, checksumTrusted: false, out _));
    }

    [Theory]
    [InlineData("224.0.0.1", "10.0.0.1")]
    [InlineData("255.255.255.255", "10.0.0.1")]
    [InlineData("0.0.0.0", "10.0.0.1")]
    [InlineData("10.0.0.1", "224.0.0.1")]
    [InlineData("ff02::1", "2001:db8::1")]
    [InlineData("2001:db8::1", "ff02::1")]
    public void Nobody_is_answered_who_is_no_host(string source, string destination)
    {
        var tuple = new FourTuple(new Endpoint(IpAddr.Parse(source), 1), new Endpoint(IpAddr.Parse(destination), 2));
        Assert.Equal(PacketFault.BadAddress, PacketParser.Parse(Packet(tuple), checksumTrusted: false, out _));
    }

    [Fact]
    public void An_IPv4_address_has_no_place_in_an_IPv6_packet()
    {
        var packet = Packet(_six);
        Convert.FromHexString("00000000000000000000ffff0a000001").CopyTo(packet, 8);
        Assert.Equal(PacketFault.BadAddress, PacketParser.Parse(packet, checksumTrusted: true, out _));
    }

    [Theory]
    [InlineData(0, "3c00010400000000" + "0600010400000000")]
    [InlineData(43, "0600020000000000")]
    [InlineData(60, "0601010c000000000000000000000000")]
    [InlineData(44, "0600000012345678")]
    public void Extension_headers_of_IPv6_are_skipped(byte kind, string headers)
    {
        Assert.True(PacketParser.TryParse(WithExtensions(kind, Convert.FromHexString(headers)), out var parsed));
        Assert.Equal("abc"u8, parsed.Payload);
    }

    [Theory]
    [InlineData(44, "0600000112345678", PacketFault.Fragment)]
    [InlineData(44, "0600000812345678", PacketFault.Fragment)]
    [InlineData(43, "0600020100000000", PacketFault.BadAddress)]
    [InlineData(0, "06ff000000000000", PacketFault.Malformed)]
    [InlineData(60, "3b00000000000000", PacketFault.NotTcp)]
    public void Extension_headers_that_cannot_be_skipped_are_refused(byte kind, string header, PacketFault expected) => Assert.Equal(
        expected, PacketParser.Parse(WithExtensions(kind, Convert.FromHexString(header)), checksumTrusted: false, out _));

    [Fact]
    public void No_more_than_eight_extension_headers_are_skipped()
    {
        Assert.Equal(PacketFault.None, PacketParser.Parse(Chain(8), checksumTrusted: false, out _));
        Assert.Equal(PacketFault.Malformed, PacketParser.Parse(Chain(9), checksumTrusted: false, out _));

        static byte[] Chain(int count) => WithExtensions(60, [.. Enumerable.Range(1, count).SelectMany(
            i => new byte[] { i == count ? (byte)6 : (byte)60, 0, 1, 4, 0, 0, 0, 0 })]);
    }

    [Fact]
    public void Every_cut_packet_is_malformed()
    {
        foreach (var packet in new[] { Packet(_four), Packet(_six) })
        {
            for (var length = 0; length < packet.Length; length++)
            {
                Assert.Equal(PacketFault.Malformed, PacketParser.Parse(packet.AsSpan(0, length), checksumTrusted: true, out _));
            }
        }
    }

    [Fact]
    public void Other_protocols_are_left_to_others()
    {
        var packet = Packet(_four);
        packet[9] = 17;
        Seal(packet);
        Assert.Equal(PacketFault.NotTcp, PacketParser.Parse(packet, checksumTrusted: false, out _));
    }

    [Fact]
    public void A_segment_takes_a_number_for_SYN_and_one_for_FIN()
    {
        Assert.True(PacketParser.TryParse(Packet(_four, TcpFlags.Syn | TcpFlags.Fin), out var parsed));
        Assert.Equal(5, parsed.SequenceLength);
    }

    [Fact]
    public void A_packet_longer_than_IP_can_say_is_refused() => Assert.Throws<OverflowException>(
        () => PacketWriter.Write(new byte[70_000], _four, default, new byte[65_535 - 39]));

    private static byte[] Packet(in FourTuple tuple, TcpFlags flags = TcpFlags.Ack)
    {
        var buffer = new byte[200];
        var length = PacketWriter.Write(buffer, tuple, new SegmentHeader { Flags = flags }, "ab"u8, "c"u8);
        return buffer[..length];
    }

    private static byte[] WithExtensions(byte kind, byte[] extensions)
    {
        var packet = Packet(_six);
        packet[6] = kind;
        packet[5] += (byte)extensions.Length;
        return [.. packet[..40], .. extensions, .. packet[40..]];
    }

    // Makes the checksum of an IPv4 header right again.
    private static void Seal(byte[] packet)
    {
        var header = packet.AsSpan(0, (packet[0] & 0xF) * 4);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)~Checksum.Sum(header));
    }
}
