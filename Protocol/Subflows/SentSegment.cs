using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>What a sender remembers of a segment until it is acknowledged.</summary>
internal struct SentSegment
{
    /// <summary>The first sequence number.</summary>
    public Seq32 Start;

    /// <summary>Sequence numbers that it takes: octets of payload, and one for FIN.</summary>
    public int Length;

    /// <summary>The chunk that its payload is of; without meaning when it is a FIN alone.</summary>
    public int ChunkId;

    /// <summary>What happened to it.</summary>
    public SentFlags Flags;

    /// <summary>When it was last sent.</summary>
    public Instant SentAt;

    /// <summary>The number of that transmission among all; the parts of a segment that was cut share it.</summary>
    public long Order;

    /// <summary>The sequence number behind the last.</summary>
    public readonly Seq32 End => Start + Length;

    /// <summary>Octets of payload.</summary>
    public readonly int Payload => Length - (HasFin ? 1 : 0);

    /// <summary>Whether it ends with FIN.</summary>
    public readonly bool HasFin => (Flags & SentFlags.Fin) != 0;

    /// <summary>Whether it was acknowledged selectively.</summary>
    public readonly bool IsSacked => (Flags & SentFlags.Sacked) != 0;

    /// <summary>Whether it is taken for lost and not sent again yet.</summary>
    public readonly bool IsLost => (Flags & SentFlags.Lost) != 0;

    /// <summary>Whether it was sent more than once.</summary>
    public readonly bool IsRetransmitted => (Flags & SentFlags.Retransmitted) != 0;

    /// <summary>Whether it is thought to be on its way.</summary>
    public readonly bool IsInFlight => (Flags & (SentFlags.Sacked | SentFlags.Lost)) == 0;
}
