using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Ip;

/// <summary>What both versions of IP say about the segment in a packet.</summary>
internal ref struct IpPacket
{
    /// <summary>Who sent it.</summary>
    public IpAddr Source;

    /// <summary>Whom it is for.</summary>
    public IpAddr Destination;

    /// <summary>Bytes from here to the end of the packet, without those behind its stated length.</summary>
    public ReadOnlySpan<byte> Payload;

    /// <summary>What the payload is.</summary>
    public byte Protocol;

    /// <summary>Reads a packet of either version.</summary>
    /// <param name="bytes">Whatever came.</param>
    /// <param name="packet">Whole when there is no fault.</param>
    public static PacketFault Read(ReadOnlySpan<byte> bytes, out IpPacket packet)
    {
        packet = default;
        var version = bytes.IsEmpty ? 0 : bytes[0] >> 4;
        return version switch
        {
            4 => Ipv4.Read(bytes, ref packet),
            6 => Ipv6.Read(bytes, ref packet),
            _ => PacketFault.Malformed,
        };
    }
}
