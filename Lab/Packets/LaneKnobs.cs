using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>How one direction of a link behaves; immutable, exchanged whole while the network runs.</summary>
/// <param name="BitsPerSecond">Rate of the bottleneck, in bits of IP packets for each second; at least 1.</param>
/// <param name="Delay">Propagation in this direction.</param>
/// <param name="QueueBytes">Bytes that may wait for the bottleneck; what comes on top is dropped at the tail.</param>
internal sealed record LaneKnobs(long BitsPerSecond, Duration Delay, int QueueBytes)
{
    /// <summary>Longest added delay, drawn evenly from nothing to this. It keeps the order.</summary>
    internal Duration Jitter { get; init; }

    /// <summary>How long one drawn delay holds; zero draws anew for each packet.</summary>
    internal Duration JitterEvery { get; init; }

    /// <summary>How packets are lost after they have taken their time at the bottleneck.</summary>
    internal LossModel Loss { get; init; }

    /// <summary>Probability that a packet is held back by up to <see cref="ReorderBy"/>, so that later ones overtake it.</summary>
    internal double Reorder { get; init; }

    /// <summary>Longest time that a packet is held back.</summary>
    internal Duration ReorderBy { get; init; }

    /// <summary>Probability that a packet comes out twice, the second time within <see cref="ReorderBy"/>.</summary>
    internal double Duplicate { get; init; }

    /// <summary>Probability that one byte of a packet is changed, which every checksum of the Internet's kind notices.</summary>
    internal double Corrupt { get; init; }

    /// <summary>A lane of a link by the link's round trip; the queue holds 100 ms, and at least sixteen full packets.</summary>
    internal static LaneKnobs OfRoundTrip(double megabitsPerSecond, double rttMs)
    {
        var bitsPerSecond = (long)(megabitsPerSecond * 1e6);
        return new LaneKnobs(bitsPerSecond, new Duration((long)(rttMs * 500)), Math.Max((int)(bitsPerSecond / 80), 16 * 1500));
    }
}

/// <summary>
/// Loss of packets in a chain of two states (Gilbert and Elliott): in the good one and in the bad one packets are lost with a
/// probability each, and before each packet the state may change. A chain that never turns bad is plain random loss.
/// </summary>
/// <param name="InGood">Probability of loss in the good state.</param>
/// <param name="InBad">Probability of loss in the bad state.</param>
/// <param name="ToBad">Probability that the good state ends before a packet.</param>
/// <param name="ToGood">Probability that the bad state ends before a packet.</param>
internal readonly record struct LossModel(double InGood, double InBad, double ToBad, double ToGood)
{
    /// <summary>Each packet by itself.</summary>
    internal static LossModel Random(double probability) => new(probability, 0, 0, 1);

    /// <summary>In bursts: the share of time in which half of all packets are lost follows from the two.</summary>
    /// <param name="probability">Of loss in the long run; below one half.</param>
    /// <param name="burstPackets">Mean length of a bad state, in packets.</param>
    internal static LossModel Bursts(double probability, double burstPackets)
    {
        const double inBad = 0.5;
        var toGood = 1 / burstPackets;
        return new LossModel(0, inBad, toGood * probability / (inBad - probability), toGood);
    }
}

/// <summary>Whether a link carries packets.</summary>
internal enum LinkState
{
    /// <summary>It does.</summary>
    Up,

    /// <summary>It does not, and its owner is told.</summary>
    Down,

    /// <summary>It does not, and nobody is told: only missing answers tell.</summary>
    Blackhole,
}
