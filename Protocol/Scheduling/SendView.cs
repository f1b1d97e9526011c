using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>What a scheduler may know of the connection at the moment of a pick.</summary>
public readonly struct SendView
{
    /// <summary>The time of the pick.</summary>
    public Instant Now { get; init; }

    /// <summary>Bytes written that no subflow was given yet.</summary>
    public long UnsentBytes { get; init; }

    /// <summary>When the oldest unsent byte was written.</summary>
    public Instant WaitingSince { get; init; }

    /// <summary>The peer's window, counted from the data ACK, bytes (RFC 8684 section 3.3.4).</summary>
    public long SendWindow { get; init; }

    /// <summary>Bytes given to subflows that were not data-ACKed; each counts once, however many subflows carry it.</summary>
    public long InFlight { get; init; }
}
