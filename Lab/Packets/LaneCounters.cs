namespace Multipath.Lab.Packets;

/// <summary>What one lane has done since it was made; packets unless bytes are named.</summary>
internal struct LaneCounters
{
    /// <summary>Packets that were offered at the near end.</summary>
    internal long Offered;

    /// <summary>Bytes of the offered packets, IP headers included.</summary>
    internal long OfferedBytes;

    /// <summary>Packets handed out at the far end, copies included.</summary>
    internal long Delivered;

    /// <summary>Bytes of the delivered packets, IP headers included.</summary>
    internal long DeliveredBytes;

    /// <summary>Packets lost by chance.</summary>
    internal long Lost;

    /// <summary>Packets for which the queue had no room.</summary>
    internal long QueueDrops;

    /// <summary>Packets that met a link which was down or a blackhole, at either end.</summary>
    internal long OutageDrops;

    /// <summary>Packets that were held back.</summary>
    internal long Reordered;

    /// <summary>Packets that came out twice.</summary>
    internal long Duplicated;

    /// <summary>Packets of which a byte was changed.</summary>
    internal long Corrupted;
}
