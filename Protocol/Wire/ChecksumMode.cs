namespace Multipath.Protocol.Wire;

/// <summary>What the writer puts into the checksum field of a segment.</summary>
public enum ChecksumMode
{
    /// <summary>The checksum.</summary>
    Full,

    /// <summary>The sum of the pseudo header: the device completes it (VIRTIO_NET_HDR_F_NEEDS_CSUM of linux/virtio_net.h).</summary>
    Partial,
}
