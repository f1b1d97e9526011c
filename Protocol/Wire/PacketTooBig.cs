using System.Buffers.Binary;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Ip;

namespace Multipath.Protocol.Wire;

/// <summary>
/// A router's word that a segment of ours did not fit: ICMP "fragmentation needed" (RFC 1191 section 4) or ICMPv6 "packet too big"
/// (RFC 4443 section 3.2).
/// </summary>
/// <remarks>
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Type 3 or 2  |  Code 4 or 0  |           Checksum            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  unused (IPv4: 16 bits)       |      MTU (IPv6: 32 bits)      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  IP header and at least the first 8 bytes of what was sent    :
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// Anyone can send it: it counts only when <see cref="Seq"/> is in flight on <see cref="Tuple"/> (RFC 5927 section 4.1).
/// </remarks>
/// <param name="Tuple">The subflow that it is about, seen from this host.</param>
/// <param name="Seq">The sequence number of the segment that did not fit.</param>
/// <param name="Mtu">Bytes of the largest packet that fits; 0 from a router that does not say.</param>
public readonly record struct PacketTooBig(FourTuple Tuple, Seq32 Seq, int Mtu)
{
    private const int HeaderLength = 8;
    private const int QuotedTcpLength = 8;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">Whatever came; see <see cref="PacketFault.NotTcp"/>.</param>
    /// <param name="notice">What it says, when it is such a packet about TCP.</param>
    public static bool TryParse(ReadOnlySpan<byte> packet, out PacketTooBig notice)
    {
        notice = default;
        if (IpPacket.Read(packet, out var ip) != PacketFault.None || ip.Payload.Length < HeaderLength || !IsTooBig(in ip))
        {
            return false;
        }

        var isV4 = ip.Protocol == IpProtocol.Icmp;
        var pseudo = isV4 ? (ushort)0 : Checksum.PseudoHeader(ip.Source, ip.Destination, ip.Protocol, ip.Payload.Length);
        if (Checksum.Add(pseudo, Checksum.Sum(ip.Payload)) != ushort.MaxValue)
        {
            return false;
        }

        var mtu = isV4
            ? BinaryPrimitives.ReadUInt16BigEndian(ip.Payload[6..])
            : (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(ip.Payload[4..]), int.MaxValue);
        return TryReadQuote(ip.Payload[HeaderLength..], isV4, mtu, out notice);
    }

    private static bool IsTooBig(in IpPacket ip) => ip.Protocol switch
    {
        IpProtocol.Icmp => ip.Source.IsV4 && ip.Payload[0] == 3 && ip.Payload[1] == 4,
        IpProtocol.IcmpV6 => !ip.Source.IsV4 && ip.Payload[0] == 2,
        _ => false,
    };

    // The quote is cut short, so that its lengths and checksums say nothing.
    private static bool TryReadQuote(ReadOnlySpan<byte> quote, bool isV4, int mtu, out PacketTooBig notice)
    {
        notice = default;
        var ipLength = isV4 ? Ipv4.HeaderLength : Ipv6.HeaderLength;

        // This stack sends neither IPv4 options nor extension headers: a quote that has them is of another.
        var isOurs = quote.Length >= ipLength + QuotedTcpLength
            && (isV4 ? quote[0] == 0x45 && quote[9] == IpProtocol.Tcp : quote[0] >> 4 == 6 && quote[6] == IpProtocol.Tcp);
        if (!isOurs)
        {
            return false;
        }

        var local = isV4 ? IpAddr.ReadV4(quote[12..]) : IpAddr.ReadV6(quote[8..]);
        var remote = isV4 ? IpAddr.ReadV4(quote[16..]) : IpAddr.ReadV6(quote[24..]);
        var tcp = quote[ipLength..];
        var tuple = new FourTuple(
            new Endpoint(local, BinaryPrimitives.ReadUInt16BigEndian(tcp)),
            new Endpoint(remote, BinaryPrimitives.ReadUInt16BigEndian(tcp[2..])));
        notice = new PacketTooBig(tuple, new Seq32(BinaryPrimitives.ReadUInt32BigEndian(tcp[4..])), mtu);
        return true;
    }
}
