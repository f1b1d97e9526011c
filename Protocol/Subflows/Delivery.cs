using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>What one ACK newly says to have arrived.</summary>
internal struct Delivery
{
    /// <summary>Octets that are newly acknowledged, cumulatively or selectively.</summary>
    public int Bytes;

    /// <summary>Octets that are newly acknowledged selectively.</summary>
    public int SackedBytes;

    /// <summary>Whether a segment that was sent once arrived; the fields that follow are of such segments.</summary>
    public bool HasOriginal;

    /// <summary>When the first of them was sent.</summary>
    public Instant OldestOriginalAt;

    /// <summary>When the last of them was sent.</summary>
    public Instant NewestOriginalAt;

    /// <summary>The number of its transmission.</summary>
    public long NewestOriginalOrder;

    /// <summary>Where the last of them ends.</summary>
    public Seq32 NewestOriginalEnd;

    /// <summary>Whether a segment that was sent more than once arrived.</summary>
    public bool HasRetransmitted;

    /// <summary>When the last of those was sent.</summary>
    public Instant NewestRetransmittedAt;

    /// <summary>The number of that transmission.</summary>
    public long NewestRetransmittedOrder;

    /// <summary>Where it ends.</summary>
    public Seq32 NewestRetransmittedEnd;

    /// <summary>Whether a segment that was sent once arrived after one behind it (RFC 8985 section 6.2 step 3).</summary>
    public bool IsReordered;

    /// <summary>Whether the peer reports something that it had already (RFC 2883).</summary>
    public bool HasDuplicateReport;

    /// <summary>The end of the range that the peer reports as duplicate.</summary>
    public Seq32 DuplicateEnd;

    /// <summary>When the youngest of all that arrived was sent.</summary>
    public readonly Instant NewestAt =>
        !HasRetransmitted ? NewestOriginalAt : Instant.Later(NewestOriginalAt, NewestRetransmittedAt);

    /// <summary>Takes a segment into account.</summary>
    public void Add(in SentSegment segment)
    {
        Bytes += segment.Length;
        if (segment.IsRetransmitted)
        {
            if (segment.Order >= NewestRetransmittedOrder)
            {
                NewestRetransmittedAt = segment.SentAt;
                NewestRetransmittedOrder = segment.Order;
                NewestRetransmittedEnd = segment.End;
                HasRetransmitted = true;
            }

            return;
        }

        if (!HasOriginal)
        {
            OldestOriginalAt = segment.SentAt;
            HasOriginal = true;
        }

        if (segment.Order >= NewestOriginalOrder)
        {
            NewestOriginalAt = segment.SentAt;
            NewestOriginalOrder = segment.Order;
            NewestOriginalEnd = segment.End;
        }
    }
}
