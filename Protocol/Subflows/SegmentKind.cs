namespace Multipath.Protocol.Subflows;

/// <summary>Why a segment is sent.</summary>
public enum SegmentKind
{
    /// <summary>Nothing is to be sent.</summary>
    None,

    /// <summary>SYN or SYN/ACK; <see cref="SegmentPlan.Attempt"/> counts.</summary>
    Syn,

    /// <summary>An ACK without payload.</summary>
    Ack,

    /// <summary>Payload or FIN for the first time.</summary>
    Data,

    /// <summary>Payload or FIN again.</summary>
    Retransmission,

    /// <summary>A segment without payload that only asks for an ACK: zero window or keepalive.</summary>
    Probe,

    /// <summary>RST.</summary>
    Reset,
}
