namespace Multipath.Protocol.Subflows;

/// <summary>The states of RFC 9293 section 3.3.2; LISTEN belongs to the stack, which makes a subflow from a SYN.</summary>
public enum SubflowState
{
    /// <summary>Not begun, reset, aborted or past TIME-WAIT: nothing more is sent.</summary>
    Closed,

    /// <summary>A SYN was sent.</summary>
    SynSent,

    /// <summary>A SYN was received and answered.</summary>
    SynReceived,

    /// <summary>Data may flow both ways.</summary>
    Established,

    /// <summary>Closed at this end, the FIN is not acknowledged.</summary>
    FinWait1,

    /// <summary>Closed at this end, the peer may still send.</summary>
    FinWait2,

    /// <summary>The peer closed, this end may still send.</summary>
    CloseWait,

    /// <summary>Both closed at once, our FIN is not acknowledged.</summary>
    Closing,

    /// <summary>Closed after the peer, the FIN is not acknowledged.</summary>
    LastAck,

    /// <summary>Both closed; late segments are still answered.</summary>
    TimeWait,
}
