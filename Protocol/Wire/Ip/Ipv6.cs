using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Ip;

/// <summary>The IPv6 header (RFC 8200 section 3).</summary>
/// <remarks>
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version| Traffic Class |           Flow Label                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Payload Length        |  Next Header  |   Hop Limit   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                                                               |
/// +                         Source Address                        +
/// |                          (16 octets)                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                                                               |
/// +                      Destination Address                      +
/// |                          (16 octets)                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
internal static class Ipv6
{
    /// <summary>Bytes of the header without extension headers.</summary>
    public const int HeaderLength = 40;

    /// <summary>
    /// Extension headers that are skipped: each of the four kinds once, destination options twice (RFC 8200 section 4.1),
    /// and some to spare. More only cost time.
    /// </summary>
    private const int MaxExtensions = 8;

    private const int ExtensionUnit = 8;
    private const byte HopLimit = 64;

    /// <summary>Reads a packet behind its extension headers.</summary>
    public static PacketFault Read(ReadOnlySpan<byte> bytes, ref IpPacket packet)
    {
        if (bytes.Length < HeaderLength)
        {
            return PacketFault.Malformed;
        }

        int payloadLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (payloadLength > bytes.Length - HeaderLength)
        {
            return PacketFault.Malformed;
        }

        packet.Source = IpAddr.ReadV6(bytes[8..]);
        packet.Destination = IpAddr.ReadV6(bytes[24..]);
        packet.Protocol = bytes[6];
        packet.Payload = bytes.Slice(HeaderLength, payloadLength);
        if (packet.Source.IsV4 || packet.Destination.IsV4)
        {
            return PacketFault.BadAddress;
        }

        return packet.Protocol == IpProtocol.Tcp ? PacketFault.None : SkipExtensions(ref packet);
    }

    /// <summary>Writes a header.</summary>
    /// <returns><see cref="HeaderLength"/>.</returns>
    public static int Write(Span<byte> destination, in FourTuple tuple, byte protocol, int payloadLength)
    {
        var header = destination[..HeaderLength];
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x6000_0000);
        BinaryPrimitives.WriteUInt32BigEndian(
            header[4..], ((uint)checked((ushort)payloadLength) << 16) | ((uint)protocol << 8) | HopLimit);
        tuple.Local.Address.Write(header[8..]);
        tuple.Remote.Address.Write(header[24..]);
        return HeaderLength;
    }

    private static PacketFault SkipExtensions(ref IpPacket packet)
    {
        for (var skipped = 0; IsExtension(packet.Protocol); skipped++)
        {
            var rest = packet.Payload;
            var length = rest.Length < ExtensionUnit ? int.MaxValue : LengthOf(packet.Protocol, rest);
            if (length > rest.Length || skipped == MaxExtensions)
            {
                return PacketFault.Malformed;
            }

            // A fragment that is the whole packet is taken as one (RFC 6946); a routing header with segments left is on its way elsewhere.
            if (packet.Protocol == IpProtocol.Fragment && (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) & 0xFFF9) != 0)
            {
                return PacketFault.Fragment;
            }

            if (packet.Protocol == IpProtocol.Routing && rest[3] != 0)
            {
                return PacketFault.BadAddress;
            }

            packet.Protocol = rest[0];
            packet.Payload = rest[length..];
        }

        return PacketFault.None;
    }

    private static bool IsExtension(byte protocol) =>
        protocol is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.Fragment or IpProtocol.DestinationOptions;

    // The fragment header has no length; its second byte is reserved.
    private static int LengthOf(byte protocol, ReadOnlySpan<byte> extension) =>
        protocol == IpProtocol.Fragment ? ExtensionUnit : ExtensionUnit * (1 + extension[1]);
}
