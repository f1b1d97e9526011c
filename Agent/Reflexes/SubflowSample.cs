namespace Multipath.Agent.Reflexes;

/// <summary>What TCP measures on one subflow at one moment.</summary>
internal readonly record struct SubflowSample
{
    /// <summary>Segments sent and not acknowledged.</summary>
    public uint UnackedSegments { get; init; }

    /// <summary>Age of the last acknowledgement received, whatever it acknowledged.</summary>
    public uint LastAckMs { get; init; }

    /// <summary>Age of the last data sent.</summary>
    public uint LastDataSentMs { get; init; }

    /// <summary>Age of the last data received.</summary>
    public uint LastDataReceivedMs { get; init; }

    /// <summary>Smoothed round-trip time; 0 before the first sample.</summary>
    public uint RttUs { get; init; }

    /// <summary>The least round-trip time of the last minutes; 0xffffffff before the first sample.</summary>
    public uint MinRttUs { get; init; }

    /// <summary>Mean deviation of the round-trip time.</summary>
    public uint RttVarUs { get; init; }

    /// <summary>Payload acknowledged on this subflow.</summary>
    public ulong BytesAcked { get; init; }

    /// <summary>Payload sent, retransmissions included.</summary>
    public ulong BytesSent { get; init; }

    /// <summary>Payload received.</summary>
    public ulong BytesReceived { get; init; }

    /// <summary>Payload sent again.</summary>
    public ulong BytesRetransmitted { get; init; }

    /// <summary>The last measured rate of delivery.</summary>
    public ulong DeliveryBytesPerSecond { get; init; }
}
