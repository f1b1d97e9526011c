namespace Multipath.Protocol.Wire;

/// <summary>Why a packet is no segment for this host.</summary>
public enum PacketFault
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Lengths, versions or offsets contradict each other.</summary>
    Malformed,

    /// <summary>Another protocol is in it; it may be ICMP, see <see cref="PacketTooBig"/>.</summary>
    NotTcp,

    /// <summary>A part of a packet: reassembly is the host's, and TCP with path MTU discovery needs none.</summary>
    Fragment,

    /// <summary>The checksum of the IPv4 header or of the segment is wrong.</summary>
    BadChecksum,

    /// <summary>The source or the destination is no single host's (RFC 9293 section 3.9.2.3).</summary>
    BadAddress,
}
