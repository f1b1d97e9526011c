namespace Multipath.Protocol.Subflows;

/// <summary>What a segment did to a subflow.</summary>
[Flags]
public enum SegmentEvents
{
    /// <summary>Nothing: it was dropped, perhaps with an answer.</summary>
    None = 0,

    /// <summary>Its sequence number and ACK are plausible: its options may be read.</summary>
    Acceptable = 1,

    /// <summary>The handshake is complete at this end.</summary>
    Established = 2,

    /// <summary>Something new was acknowledged cumulatively: <see cref="SegmentOutcome.AckedTo"/>.</summary>
    AckAdvanced = 4,

    /// <summary>An ACK without payload that says nothing new on this subflow (RFC 5681 section 2).</summary>
    DuplicateAck = 8,

    /// <summary>There is payload to take: <see cref="SegmentOutcome.PayloadLength"/>.</summary>
    Payload = 16,

    /// <summary>The payload lies behind a gap; that in front of it comes later.</summary>
    OutOfOrder = 32,

    /// <summary>The peer's FIN is in order: it sends nothing more on this subflow.</summary>
    FinReceived = 64,

    /// <summary>The peer has our FIN and all before it.</summary>
    FinAcked = 128,

    /// <summary>The peer reset the subflow, which is closed; its options may be read for the reason.</summary>
    Reset = 256,

    /// <summary>The edge of the peer's window moved.</summary>
    WindowMoved = 512,

    /// <summary>A SYN came in TIME-WAIT that may begin a new connection (RFC 6191): forget this one and listen to it.</summary>
    MayReopen = 1024,

    /// <summary>A segment was found to be lost, or a timeout's loss was repaired: time to look at other subflows.</summary>
    LossFound = 2048,

    /// <summary>The peer's SYN was taken in: its options may be read.</summary>
    SynReceived = 4096,
}
