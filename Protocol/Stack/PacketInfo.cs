namespace Multipath.Protocol;

/// <summary>What stands beside a packet: the part of a virtio-net header that matters for TCP.</summary>
public readonly record struct PacketInfo
{
    /// <summary>Coming in: the checksums were verified, or the packet never left this machine; they are not looked at again.</summary>
    public bool ChecksumTrusted { get; init; }

    /// <summary>
    /// Going out: the TCP checksum field holds the sum of the pseudo-header only; whoever sends the packet completes it.
    /// </summary>
    public bool ChecksumPartial { get; init; }

    /// <summary>
    /// Payload bytes of each segment when the packet stands for several, to be cut up by whoever sends it; 0 for a plain packet.
    /// </summary>
    public ushort GsoSize { get; init; }
}
