namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>How a TUN interface is to be made.</summary>
/// <param name="Name">The interface's name, of 1 to 15 characters.</param>
public sealed record TunOptions(string Name)
{
    /// <summary>The network namespace that it is in; null for the process's own.</summary>
    public string? Netns { get; init; }

    /// <summary>
    /// Packets carry a virtio header, and the kernel hands over segments of up to 64 KiB with partial checksums (TUN_F_CSUM, TUN_F_TSO4,
    /// TUN_F_TSO6); else each packet is at most an MTU long and complete.
    /// </summary>
    public bool Offload { get; init; } = true;

    /// <summary>What is kept of the packets that pass; null for nothing.</summary>
    public TunRecording? Recording { get; init; }

    /// <summary>
    /// Whoever writes ends each burst of a flow with PSH, as our stack does. Without offload the kernel then gathers what is written of a
    /// flow (IFF_NAPI, and GRO for as long as <see cref="GroHold"/> says) and its TCP sees one large segment for many: half as much
    /// work again for each processor second. A burst that does not end so would wait for the hold to pass.
    /// </summary>
    internal bool EndsBursts { get; init; }

    /// <summary>
    /// Whoever is behind the queues gives out, and takes, large segments with partial checksums. Without offload they are cut and gathered
    /// in this process, which spares the stack most of its work for each packet; with it the device does so.
    /// </summary>
    internal bool LargeSegments { get; init; }

    /// <summary>
    /// Queues, each with a thread and a stack of its own for its share of the local ports (IFF_MULTI_QUEUE): 1 to
    /// <see cref="QueueLimit"/>. A connection lives in one of them; those that are opened here take turns, those to a listener are spread
    /// by the kernel's hash. The stack's limits hold for each. Measured on two processors, which the peer shares: two connections on two
    /// queues carried 31 and 61 Gbit/s out and in, one on one queue 29 and 41; without offload 9.1 and 14.0 against 5.2 and 8.0.
    /// </summary>
    public int Queues { get; init; } = 1;

    /// <summary>A queue for each processor of a large machine; the kernel's own limit is 256.</summary>
    internal const int QueueLimit = 64;
}
