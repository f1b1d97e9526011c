using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Ip;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Wire;

/// <summary>Writes IP packets that carry TCP.</summary>
public static class PacketWriter
{
    /// <summary>Bytes of the headers of a packet without options, by the family of its addresses.</summary>
    /// <param name="isV4">Whether they are IPv4 addresses.</param>
    public static int HeaderLength(bool isV4) => (isV4 ? Ipv4.HeaderLength : Ipv6.HeaderLength) + TcpView.HeaderLength;

    /// <summary>Writes a packet.</summary>
    /// <param name="buffer">Room for the whole packet.</param>
    /// <param name="tuple">The ends, seen from the sender; both of one family.</param>
    /// <param name="header">The segment; its options are at most <see cref="TcpOptions.MaxLength"/> bytes.</param>
    /// <param name="first">The payload, or its first part.</param>
    /// <param name="second">The rest of the payload: a ring may wrap.</param>
    /// <param name="mode">What to do about the checksum.</param>
    /// <returns>Bytes of the packet, at most 65,535 for IPv4.</returns>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    /// <exception cref="OverflowException">The packet is longer than IP can say.</exception>
    public static int Write(
        Span<byte> buffer,
        in FourTuple tuple,
        in SegmentHeader header,
        ReadOnlySpan<byte> first = default,
        ReadOnlySpan<byte> second = default,
        ChecksumMode mode = ChecksumMode.Full)
    {
        var isV4 = tuple.Local.Address.IsV4;
        var ipLength = isV4 ? Ipv4.HeaderLength : Ipv6.HeaderLength;
        var headerLength = TcpView.WriteHeader(buffer[ipLength..], tuple, header);
        var length = headerLength + first.Length + second.Length;
        if (isV4)
        {
            Ipv4.Write(buffer, tuple, IpProtocol.Tcp, length);
        }
        else
        {
            Ipv6.Write(buffer, tuple, IpProtocol.Tcp, length);
        }

        var segment = buffer.Slice(ipLength, length);
        var payload = segment[headerLength..];
        var sum = Checksum.PseudoHeader(tuple, IpProtocol.Tcp, length);
        if (mode == ChecksumMode.Partial)
        {
            TcpView.SetChecksum(segment, sum);
            first.CopyTo(payload);
            second.CopyTo(payload[first.Length..]);
            return ipLength + length;
        }

        sum = Checksum.Add(sum, Checksum.Sum(segment[..headerLength]));
        sum = Checksum.Add(sum, Checksum.CopyAndSum(first, payload));
        if (!second.IsEmpty)
        {
            sum = Checksum.Append(sum, first.Length, Checksum.CopyAndSum(second, payload[first.Length..]));
        }

        TcpView.SetChecksum(segment, (ushort)~sum);
        return ipLength + length;
    }
}
