using System.Buffers.Binary;
using Multipath.Protocol.Wire;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Where the headers of a TCP segment are, in a packet without options of IPv4 (RFC 791) or extension headers of IPv6 (RFC 8200).
/// </summary>
/// <param name="Ip">Bytes of the IP header: TCP's begins there (RFC 9293 section 3.1).</param>
/// <param name="All">Bytes of both: the payload begins there.</param>
internal readonly record struct SegmentHeaders(int Ip, int All)
{
    /// <summary>The most that both can take.</summary>
    internal const int Limit = Ipv6Bytes + 60;

    private const int Ipv4Bytes = 20;
    private const int Ipv6Bytes = 40;
    private const int Ipv4Addresses = 12;
    private const int Ipv6Addresses = 8;
    private const byte Tcp = 6;
    private const int TcpBytes = 20;
    private const ushort OffsetOrMoreFragments = 0x3FFF;

    /// <summary>Where the sequence number is.</summary>
    internal int Sequence => Ip + 4;

    /// <summary>Where the acknowledgment number is, which the header's length follows.</summary>
    internal int Acknowledgment => Ip + 8;

    /// <summary>Where the control bits are.</summary>
    internal int Flags => Ip + 13;

    /// <summary>Where the window is.</summary>
    internal int Window => Ip + 14;

    /// <summary>Where the checksum is.</summary>
    internal int TcpChecksum => Ip + 16;

    /// <summary>Where the urgent pointer is, which the options follow.</summary>
    internal int Urgent => Ip + 18;

    /// <summary>Whether it is IPv4.</summary>
    internal bool IsV4 => Ip == Ipv4Bytes;

    /// <summary>Finds the headers of a packet.</summary>
    /// <param name="packet">Whatever came.</param>
    /// <param name="headers">They lie within it.</param>
    /// <returns>False for what is no whole TCP segment of the simple shape, or not as long as it says.</returns>
    internal static bool TryFind(ReadOnlySpan<byte> packet, out SegmentHeaders headers)
    {
        headers = default;
        var ip = packet.Length < Ipv4Bytes + TcpBytes ? 0 : packet[0] == 0x45 ? Ipv4Bytes : packet[0] >> 4 == 6 ? Ipv6Bytes : 0;
        if (ip == 0 || packet.Length < ip + TcpBytes)
        {
            return false;
        }

        var isTcp = ip == Ipv4Bytes
            ? packet[9] == Tcp && (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & OffsetOrMoreFragments) == 0
                && BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) == packet.Length
            : packet[6] == Tcp && BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) == packet.Length - Ipv6Bytes;
        var tcp = (packet[ip + 12] >> 4) * 4;
        headers = new SegmentHeaders(ip, ip + tcp);
        return isTcp && tcp >= TcpBytes && headers.All <= packet.Length;
    }

    /// <summary>Writes the length of a packet into its IP header, and that header's checksum.</summary>
    internal void SetLength(Span<byte> packet)
    {
        if (!IsV4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - Ipv6Bytes));
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], (ushort)~Checksum.Sum(packet[..Ipv4Bytes]));
    }

    /// <summary>Writes the checksum of TCP.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="payload">The sum of its payload.</param>
    internal void SetChecksum(Span<byte> packet, ushort payload)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet[TcpChecksum..], 0);
        var sum = Checksum.Add(Sum(packet[..All], packet.Length), payload);
        BinaryPrimitives.WriteUInt16BigEndian(packet[TcpChecksum..], (ushort)~sum);
    }

    /// <summary>Whether all checksums are right.</summary>
    internal bool IsIntact(ReadOnlySpan<byte> packet) =>
        Sum(packet, packet.Length) == ushort.MaxValue && (!IsV4 || Checksum.Sum(packet[..Ipv4Bytes]) == ushort.MaxValue);

    // The addresses stand right before TCP, so that one sum is that of the segment and of most of its pseudo header.
    private ushort Sum(ReadOnlySpan<byte> bytes, int packetLength) => Checksum.Add(
        Checksum.Sum(bytes[(IsV4 ? Ipv4Addresses : Ipv6Addresses)..]), Checksum.Add(Tcp, (ushort)(packetLength - Ip)));
}
