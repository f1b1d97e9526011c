using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>The numbers around an ACK that the parts of the sender look at.</summary>
internal readonly struct AckContext
{
    /// <summary>When it came.</summary>
    public required Instant Now { get; init; }

    /// <summary>SND.UNA before it.</summary>
    public required Seq32 AckedBefore { get; init; }

    /// <summary>SND.UNA after it.</summary>
    public required Seq32 Acked { get; init; }

    /// <summary>SND.NXT.</summary>
    public required Seq32 Next { get; init; }

    /// <summary>Octets in flight before it.</summary>
    public required int InFlightBefore { get; init; }

    /// <summary>Whether it is a duplicate as RFC 5681 section 2 defines it.</summary>
    public required bool IsDuplicate { get; init; }

    /// <summary>The timestamp that it echoes, if timestamps are in use.</summary>
    public required uint? Echo { get; init; }

    /// <summary>Whether it moved SND.UNA.</summary>
    public bool Advanced => Acked != AckedBefore;
}
