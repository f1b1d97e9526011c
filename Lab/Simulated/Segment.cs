namespace Multipath.Lab.Simulated;

/// <summary>A piece of a connection's stream.</summary>
/// <param name="number">Its place in the stream, from 0.</param>
/// <param name="data">Its bytes; none for the one that ends the stream.</param>
internal sealed class Segment(long number, byte[] data)
{
    /// <summary>Bytes in a full segment; a multiple of 8.</summary>
    internal const int Size = 1400;

    /// <summary>IP, TCP and MPTCP headers.</summary>
    internal const int HeaderBytes = 72;

    internal long Number { get; } = number;

    internal ReadOnlyMemory<byte> Data { get; } = data;

    internal bool IsEnd => Data.IsEmpty;

    /// <summary>The sender knows that it arrived, over whatever subflow.</summary>
    internal bool Acked { get; set; }
}

/// <summary>One sending of a segment over one subflow.</summary>
/// <param name="index">Counts the sendings of the subflow.</param>
/// <param name="segment">What was sent.</param>
/// <param name="sentNs">When.</param>
internal sealed class Transmission(long index, Segment segment, long sentNs)
{
    internal long Index { get; } = index;

    internal Segment Segment { get; } = segment;

    internal long SentNs { get; } = sentNs;

    /// <summary>It reached the other end.</summary>
    internal bool Arrived { get; set; }
}
