using System.Buffers.Binary;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// A TCP segment in its IP packet, to be read and changed in place; its lengths are checked once. Setters correct the checksums by
/// the difference. Fields as in RFC 9293 section 3.1, RFC 791 section 3.1, RFC 8200 section 3.
/// </summary>
internal readonly ref struct TcpFrame
{
    internal const byte Fin = 0x01;
    internal const byte Syn = 0x02;
    internal const byte Rst = 0x04;
    internal const byte Psh = 0x08;
    internal const byte Ack = 0x10;

    private const int Ipv6HeaderLength = 40;
    private const int TcpHeaderLength = 20;
    private const byte TcpProtocol = 6;
    private const int ChecksumAt = 16;
    private const int Ipv4ChecksumAt = 10;

    private TcpFrame(Span<byte> ip, int tcpAt, bool isV4)
    {
        Ip = ip;
        IsV4 = isV4;
        Tcp = ip[tcpAt..];
        HeaderLength = (Tcp[12] >> 4) * 4;
    }

    /// <summary>The whole packet.</summary>
    internal Span<byte> Ip { get; }

    /// <summary>TCP header and payload.</summary>
    internal Span<byte> Tcp { get; }

    /// <summary>Bytes of the TCP header.</summary>
    internal int HeaderLength { get; }

    /// <summary>IPv4 rather than IPv6.</summary>
    internal bool IsV4 { get; }

    /// <summary>Bytes of the packet before the payload.</summary>
    internal int AllHeaders => Ip.Length - Tcp.Length + HeaderLength;

    /// <summary>Options of the TCP header, padding included.</summary>
    internal Span<byte> Options => Tcp[TcpHeaderLength..HeaderLength];

    /// <summary>What the segment carries.</summary>
    internal Span<byte> Payload => Tcp[HeaderLength..];

    /// <summary>The bytes of the sender's address.</summary>
    internal Span<byte> SourceAddress => IsV4 ? Ip[12..16] : Ip[8..24];

    /// <summary>The bytes of the receiver's address.</summary>
    internal Span<byte> DestinationAddress => IsV4 ? Ip[16..20] : Ip[24..40];

    internal ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Tcp);

    internal ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(Tcp[2..]);

    internal uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(Tcp[4..]);

    internal uint Acknowledgement => BinaryPrimitives.ReadUInt32BigEndian(Tcp[8..]);

    internal byte Flags => Tcp[13];

    internal ushort Window => BinaryPrimitives.ReadUInt16BigEndian(Tcp[14..]);

    /// <summary>The TCP checksum is right, and so is that of an IPv4 header.</summary>
    internal bool IsIntact =>
        InternetChecksum.Sum(Tcp, PseudoHeader()) == ushort.MaxValue
        && (!IsV4 || InternetChecksum.Sum(Ip[..(Ip.Length - Tcp.Length)]) == ushort.MaxValue);

    /// <summary>Reads a packet's structure; false when it is no whole TCP segment. What stands behind the segment is left out.</summary>
    internal static bool TryRead(Span<byte> packet, out TcpFrame frame)
    {
        frame = default;
        if (packet.Length < 1)
        {
            return false;
        }

        int tcpAt, length;
        var isV4 = packet[0] >> 4 == 4;
        if (isV4 && packet.Length >= 20)
        {
            tcpAt = (packet[0] & 15) * 4;
            length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
            var isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0;
            if (tcpAt < 20 || packet[9] != TcpProtocol || isFragment)
            {
                return false;
            }
        }
        else if (packet[0] >> 4 == 6 && packet.Length >= Ipv6HeaderLength && packet[6] == TcpProtocol)
        {
            tcpAt = Ipv6HeaderLength;
            length = Ipv6HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        }
        else
        {
            return false;
        }

        if (length > packet.Length || length < tcpAt + TcpHeaderLength)
        {
            return false;
        }

        var headerLength = (packet[tcpAt + 12] >> 4) * 4;
        if (headerLength < TcpHeaderLength || tcpAt + headerLength > length)
        {
            return false;
        }

        frame = new TcpFrame(packet[..length], tcpAt, isV4);
        return true;
    }

    /// <summary>It carries data, and no flag says anything else.</summary>
    internal bool IsPlainData => Payload.Length > 0 && (Flags & ~Psh) == Ack;

    /// <summary>Whether the data of another segment of the same flow begin where this one's end.</summary>
    internal bool IsFollowedBy(in TcpFrame next) =>
        SourcePort == next.SourcePort
        && DestinationPort == next.DestinationPort
        && SourceAddress.SequenceEqual(next.SourceAddress)
        && DestinationAddress.SequenceEqual(next.DestinationAddress)
        && Sequence + (uint)Payload.Length == next.Sequence;

    internal bool Has(byte flags) => (Flags & flags) == flags;

    internal void SetSequence(uint value) => Set32(4, value);

    internal void SetAcknowledgement(uint value) => Set32(8, value);

    internal void SetSourcePort(ushort value) => Set16(0, value);

    internal void SetDestinationPort(ushort value) => Set16(2, value);

    /// <summary>Overwrites a part of header or payload.</summary>
    /// <param name="at">Offset in <see cref="Tcp"/>; not in the checksum.</param>
    /// <param name="bytes">What to write there.</param>
    internal void Overwrite(int at, ReadOnlySpan<byte> bytes)
    {
        var words = Tcp[(at & ~1)..Math.Min((at + bytes.Length + 1) & ~1, Tcp.Length)];
        var before = InternetChecksum.Sum(words);
        bytes.CopyTo(Tcp[at..]);
        CorrectTcp(before, InternetChecksum.Sum(words));
    }

    /// <summary>Exchanges an address by another of the same family.</summary>
    /// <param name="field"><see cref="SourceAddress"/> or <see cref="DestinationAddress"/>.</param>
    /// <param name="address">As many bytes as the field has.</param>
    internal void SetAddress(Span<byte> field, ReadOnlySpan<byte> address)
    {
        var before = InternetChecksum.Sum(field);
        address.CopyTo(field);
        var after = InternetChecksum.Sum(field);
        CorrectTcp(before, after);
        if (IsV4)
        {
            Correct(Ip[Ipv4ChecksumAt..], before, after);
        }
    }

    /// <summary>Sets flags, the length fields and the checksums of a packet that was put together anew.</summary>
    internal void Seal(byte flags)
    {
        Tcp[13] = flags;
        if (IsV4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(Ip[2..], (ushort)Ip.Length);
            var header = Ip[..(Ip.Length - Tcp.Length)];
            Ip[Ipv4ChecksumAt..(Ipv4ChecksumAt + 2)].Clear();
            BinaryPrimitives.WriteUInt16BigEndian(Ip[Ipv4ChecksumAt..], (ushort)~InternetChecksum.Sum(header));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(Ip[4..], (ushort)Tcp.Length);
        }

        Tcp[ChecksumAt..(ChecksumAt + 2)].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(Tcp[ChecksumAt..], (ushort)~InternetChecksum.Sum(Tcp, PseudoHeader()));
    }

    /// <summary>The same packet with other bytes behind its headers, before it is sealed.</summary>
    /// <param name="packet">At least this frame's headers and the payload.</param>
    /// <param name="payloadLength">Bytes of payload in it.</param>
    internal TcpFrame Resized(Span<byte> packet, int payloadLength) =>
        new(packet[..(AllHeaders + payloadLength)], Ip.Length - Tcp.Length, IsV4);

    private uint PseudoHeader()
    {
        var addresses = InternetChecksum.Sum(IsV4 ? Ip[12..20] : Ip[8..40]);
        return addresses + TcpProtocol + (uint)Tcp.Length;
    }

    private void Set16(int at, ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        Overwrite(at, bytes);
    }

    private void Set32(int at, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Overwrite(at, bytes);
    }

    private void CorrectTcp(uint before, uint after) => Correct(Tcp[ChecksumAt..], before, after);

    private static void Correct(Span<byte> field, uint before, uint after) => BinaryPrimitives.WriteUInt16BigEndian(
        field, InternetChecksum.Correct(BinaryPrimitives.ReadUInt16BigEndian(field), before, after));
}
