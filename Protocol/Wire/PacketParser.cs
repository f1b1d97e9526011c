using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Ip;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Wire;

/// <summary>Reads IP packets that carry TCP. No bytes make it throw.</summary>
public static class PacketParser
{
    /// <summary>Reads a packet and verifies its checksums.</summary>
    /// <param name="packet">An IPv4 or IPv6 packet; bytes behind its stated length are ignored.</param>
    /// <param name="parsed">The segment, when there is one.</param>
    public static bool TryParse(ReadOnlySpan<byte> packet, out ParsedPacket parsed) =>
        Parse(packet, checksumTrusted: false, out parsed) == PacketFault.None;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">An IPv4 or IPv6 packet; bytes behind its stated length are ignored.</param>
    /// <param name="checksumTrusted">Whether the segment's checksum was verified by the device, or is left to it.</param>
    /// <param name="parsed">The segment, when there is no fault.</param>
    /// <returns>Why it is none, or <see cref="PacketFault.None"/>.</returns>
    public static PacketFault Parse(ReadOnlySpan<byte> packet, bool checksumTrusted, out ParsedPacket parsed)
    {
        parsed = default;
        var fault = IpPacket.Read(packet, out var ip);
        if (fault != PacketFault.None)
        {
            return fault;
        }

        if (ip.Protocol != IpProtocol.Tcp)
        {
            return PacketFault.NotTcp;
        }

        if (!TcpView.TryCreate(ip.Payload, out var tcp))
        {
            return PacketFault.Malformed;
        }

        if (!checksumTrusted && !HasGoodChecksum(in ip))
        {
            return PacketFault.BadChecksum;
        }

        if (ip.Source.IsMulticast || ip.Source.IsUnspecified || ip.Destination.IsMulticast)
        {
            return PacketFault.BadAddress;
        }

        parsed.Tuple = new FourTuple(new Endpoint(ip.Destination, tcp.DestinationPort), new Endpoint(ip.Source, tcp.SourcePort));
        parsed.Seq = tcp.Seq;
        parsed.Ack = tcp.Ack;
        parsed.Flags = tcp.Flags;
        parsed.Window = tcp.Window;
        parsed.Payload = tcp.Payload;
        parsed.Options.Read(tcp.Options);
        return PacketFault.None;
    }

    private static bool HasGoodChecksum(in IpPacket ip)
    {
        var pseudo = Checksum.PseudoHeader(ip.Source, ip.Destination, IpProtocol.Tcp, ip.Payload.Length);
        return Checksum.Add(pseudo, Checksum.Sum(ip.Payload)) == ushort.MaxValue;
    }
}
