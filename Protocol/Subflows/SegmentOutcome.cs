using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>What a subflow made of a segment; the connection goes on from here.</summary>
public struct SegmentOutcome
{
    /// <summary>What happened.</summary>
    public SegmentEvents Events { readonly get; set; }

    /// <summary>The sequence number of the first octet of payload to take.</summary>
    public Seq32 PayloadSeq { readonly get; set; }

    /// <summary>Where in the segment's payload it stands.</summary>
    public int PayloadOffset { readonly get; set; }

    /// <summary>Octets of payload to take; 0 when there are none that are new and within the window.</summary>
    public int PayloadLength { readonly get; set; }

    /// <summary>All before this number was received on the subflow: payload up to here is in order.</summary>
    public Seq32 ReceivedTo { readonly get; set; }

    /// <summary>All before this number was acknowledged by the peer.</summary>
    public Seq32 AckedTo { readonly get; set; }

    /// <summary>Octets newly acknowledged, selectively too.</summary>
    public int DeliveredBytes { readonly get; set; }

    /// <summary>Whether one of these happened.</summary>
    /// <param name="events">One or several.</param>
    public readonly bool Has(SegmentEvents events) => (Events & events) != 0;
}
