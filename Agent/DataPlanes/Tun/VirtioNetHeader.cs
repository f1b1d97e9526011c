using System.Buffers.Binary;
using System.Diagnostics;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// What stands in front of each packet of a TUN with IFF_VNET_HDR: what the writer left to the reader, or to the device behind it
/// (linux/virtio_net.h, <c>struct virtio_net_hdr</c>; in the byte order of the host, which Linux runs .NET on as little-endian only).
/// <code>
///  0       1        2               4               6                 8               10
/// +-------+--------+---------------+---------------+-----------------+---------------+
/// | flags | gso    | header length | segment size  | checksum start  | and offset    |
/// +-------+--------+---------------+---------------+-----------------+---------------+
/// </code>
/// </summary>
/// <param name="Flags">NEEDS_CSUM 1: the checksum field holds the pseudo header's sum only. DATA_VALID 2: it was verified.</param>
/// <param name="Gso">What the packet is to be cut into: 0 nothing, 1 TCP over IPv4, 4 TCP over IPv6; 0x80 with ECN.</param>
/// <param name="HeaderLength">IP and TCP headers, which each piece repeats; a hint to the kernel.</param>
/// <param name="SegmentSize">Payload bytes of each piece.</param>
/// <param name="ChecksumStart">Where summing begins, from the packet's first byte.</param>
/// <param name="ChecksumOffset">Where the sum belongs, from there.</param>
internal readonly record struct VirtioNetHeader(
    byte Flags, byte Gso, ushort HeaderLength, ushort SegmentSize, ushort ChecksumStart, ushort ChecksumOffset)
{
    /// <summary>Its size in bytes.</summary>
    internal const int Length = 10;

    private const byte NeedsChecksum = 1;
    private const byte DataValid = 2;
    private const byte GsoTcp4 = 1;
    private const byte GsoTcp6 = 4;
    private const byte GsoEcn = 0x80;
    private const int Ipv6HeaderBytes = 40;
    private const int TcpDataOffset = 12;
    private const int TcpChecksum = 16;

    /// <summary>The checksum need not be verified: the packet has not left this host, or the device has done it.</summary>
    internal bool ChecksumTrusted => (Flags & (NeedsChecksum | DataValid)) != 0;

    /// <summary>The payload of each segment that the packet stands for; 0 for a packet that is one segment.</summary>
    internal ushort TcpSegmentSize => (Gso & ~GsoEcn) is GsoTcp4 or GsoTcp6 ? SegmentSize : (ushort)0;

    /// <summary>The header of a TCP packet that this host wrote.</summary>
    /// <param name="packet">From its IP header on; without IPv6 extension headers.</param>
    /// <param name="segmentSize">Payload bytes of each piece; 0 when the packet is not to be cut.</param>
    /// <param name="partialChecksum">The checksum field holds the pseudo header's sum.</param>
    internal static VirtioNetHeader ForTcp(ReadOnlySpan<byte> packet, ushort segmentSize, bool partialChecksum)
    {
        if (segmentSize == 0 && !partialChecksum)
        {
            return default;
        }

        Debug.Assert(partialChecksum || segmentSize == 0, "The kernel cuts only what it sums.");
        var version6 = packet[0] >> 4 == 6;
        var tcp = version6 ? Ipv6HeaderBytes : (packet[0] & 0xF) * 4;
        var headers = tcp + (packet[tcp + TcpDataOffset] >> 4) * 4;
        var gso = segmentSize == 0 ? (byte)0 : version6 ? GsoTcp6 : GsoTcp4;
        return new VirtioNetHeader(NeedsChecksum, gso, (ushort)headers, segmentSize, (ushort)tcp, TcpChecksum);
    }

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">What was read from the device.</param>
    /// <param name="header">All of its fields as they stand.</param>
    /// <returns>False when it is cut short.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out VirtioNetHeader header)
    {
        if (bytes.Length < Length)
        {
            header = default;
            return false;
        }

        header = new VirtioNetHeader(
            bytes[0],
            bytes[1],
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        return true;
    }

    /// <summary>Writes the header.</summary>
    /// <param name="bytes">At least <see cref="Length"/>.</param>
    internal void Write(Span<byte> bytes)
    {
        bytes[0] = Flags;
        bytes[1] = Gso;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], ChecksumStart);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], ChecksumOffset);
    }
}
