namespace Multipath.Protocol.Subflows;

/// <summary>What a sender counts for <see cref="SubflowStatistics"/>.</summary>
internal sealed class Counters
{
    public long BytesSent { get; set; }

    public long BytesRetransmitted { get; set; }

    public long BytesDelivered { get; set; }

    public long Retransmissions { get; set; }

    public long Timeouts { get; set; }

    public long Recoveries { get; set; }

    public long SpuriousLosses { get; set; }

    public long LossProbes { get; set; }
}
