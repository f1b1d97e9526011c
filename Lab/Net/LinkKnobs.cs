namespace Multipath.Lab.Net;

/// <summary>How one direction of a link behaves; immutable, exchanged whole while the link runs.</summary>
/// <param name="BitsPerSecond">Rate of the bottleneck, in bits of IP packets for each second; at least 1.</param>
/// <param name="Delay">Propagation in this direction: half of the round trip when both are alike.</param>
/// <param name="QueueBytes">Bytes that may wait for the bottleneck; what comes on top is dropped at the tail.</param>
internal sealed record LinkKnobs(long BitsPerSecond, TimeSpan Delay, int QueueBytes)
{
    /// <summary>Longest added delay; what is added is drawn evenly from nothing to this. Packets never overtake each other.</summary>
    internal TimeSpan Jitter { get; init; }

    /// <summary>How long one drawn delay holds; zero draws anew for each packet.</summary>
    internal TimeSpan JitterEvery { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Probability from 0 to 1 that a packet is lost after it has taken its time at the bottleneck.</summary>
    internal double Loss { get; init; }

    /// <summary>The knobs of a link by its round trip: half of it each way, and by default a queue of 100 ms.</summary>
    internal static LinkKnobs OfRoundTrip(double megabitsPerSecond, double rttMs, int queueBytes = 0)
    {
        var bitsPerSecond = (long)(megabitsPerSecond * 1e6);
        var queue = queueBytes > 0 ? queueBytes : Math.Max((int)(bitsPerSecond / 80), 16 * 1500);
        return new LinkKnobs(bitsPerSecond, TimeSpan.FromMilliseconds(rttMs / 2), queue);
    }
}

/// <summary>What is wrong with a link as a whole.</summary>
internal enum Outage
{
    /// <summary>Nothing: the link carries packets.</summary>
    None,

    /// <summary>Packets vanish both ways while both interfaces look well; only missing answers tell.</summary>
    Blackhole,

    /// <summary>The client's interface goes down at once, as by <c>ip link set down</c>: the kernel drops its routes and says so.</summary>
    Down,

    /// <summary>
    /// The client's interface stays administratively up and loses its carrier, as by a pulled cable: routes stay. The kernel
    /// reports it through its link watch, which may take up to a second when another interface changed shortly before.
    /// </summary>
    CarrierLost,
}

/// <summary>A direction of a link or of a transfer, as the client sees it.</summary>
internal enum Direction
{
    /// <summary>From client to server.</summary>
    Upload,

    /// <summary>From server to client.</summary>
    Download,
}
