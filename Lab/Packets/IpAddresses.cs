using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>The two addresses of an IP packet (RFC 791 section 3.1, RFC 8200 section 3).</summary>
internal static class IpAddresses
{
    /// <summary>Reads them; false when the bytes are no IP header.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> packet, out IpAddr source, out IpAddr destination)
    {
        (source, destination) = (default, default);
        if (packet.Length >= 20 && packet[0] >> 4 == 4)
        {
            source = IpAddr.ReadV4(packet[12..]);
            destination = IpAddr.ReadV4(packet[16..]);
            return true;
        }

        if (packet.Length >= 40 && packet[0] >> 4 == 6)
        {
            source = IpAddr.ReadV6(packet[8..]);
            destination = IpAddr.ReadV6(packet[24..]);
            return true;
        }

        return false;
    }
}
