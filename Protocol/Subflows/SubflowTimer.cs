namespace Multipath.Protocol.Subflows;

/// <summary>The timers of a subflow.</summary>
internal enum SubflowTimer
{
    /// <summary>RFC 6298: nothing was acknowledged for a retransmission timeout. Serves the SYN and the SYN/ACK too.</summary>
    Retransmit,

    /// <summary>RFC 8985 section 7: the tail may be lost, a probe asks.</summary>
    LossProbe,

    /// <summary>RFC 8985 section 6.2: time for reordered segments to arrive is up.</summary>
    Reorder,

    /// <summary>RFC 9293 section 3.8.6.3: an ACK waited long enough for company.</summary>
    DelayedAck,

    /// <summary>RFC 9293 section 3.8.6.1: the peer's window is closed.</summary>
    Persist,

    /// <summary>RFC 9293 section 3.8.4: nothing was heard for long.</summary>
    KeepAlive,

    /// <summary>RFC 9293 section 3.6: TIME-WAIT, and FIN-WAIT-2 of a peer that never closes.</summary>
    Linger,

    /// <summary>How many there are.</summary>
    Count,
}
