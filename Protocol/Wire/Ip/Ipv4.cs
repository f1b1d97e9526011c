using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Ip;

/// <summary>The IPv4 header (RFC 791 section 3.1).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version|  IHL  |Type of Service|          Total Length         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Identification        |Flags|      Fragment Offset    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Time to Live |    Protocol   |         Header Checksum       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                       Source Address                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Destination Address                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Options                    |    Padding    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
internal static class Ipv4
{
    /// <summary>Bytes of the header without options.</summary>
    public const int HeaderLength = 20;

    private const byte TimeToLive = 64;
    private const ushort DontFragment = 0x4000;
    private const ushort OffsetOrMore = 0x3FFF;

    /// <summary>Reads a packet; its options are skipped.</summary>
    public static PacketFault Read(ReadOnlySpan<byte> bytes, ref IpPacket packet)
    {
        if (bytes.Length < HeaderLength)
        {
            return PacketFault.Malformed;
        }

        var headerLength = (bytes[0] & 0x0F) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (headerLength < HeaderLength || totalLength < headerLength || totalLength > bytes.Length)
        {
            return PacketFault.Malformed;
        }

        packet.Source = IpAddr.ReadV4(bytes[12..]);
        packet.Destination = IpAddr.ReadV4(bytes[16..]);
        packet.Protocol = bytes[9];
        packet.Payload = bytes[headerLength..totalLength];
        if (Checksum.Sum(bytes[..headerLength]) != ushort.MaxValue)
        {
            return PacketFault.BadChecksum;
        }

        return (BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & OffsetOrMore) == 0 ? PacketFault.None : PacketFault.Fragment;
    }

    /// <summary>Writes a header that forbids fragments, so that its identification can be 0 (RFC 6864 section 4.1).</summary>
    /// <returns><see cref="HeaderLength"/>.</returns>
    public static int Write(Span<byte> destination, in FourTuple tuple, byte protocol, int payloadLength)
    {
        var header = destination[..HeaderLength];
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x4500_0000u | checked((ushort)(HeaderLength + payloadLength)));
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], DontFragment);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], ((uint)TimeToLive << 24) | ((uint)protocol << 16));
        tuple.Local.Address.Write(header[12..]);
        tuple.Remote.Address.Write(header[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)~Checksum.Sum(header));
        return HeaderLength;
    }
}
