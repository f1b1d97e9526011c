using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Subflows;

/// <summary>A segment that a subflow wants to send. The connection adds its options and the octets, then says that it was sent.</summary>
public struct SegmentPlan
{
    /// <summary>
    /// Numbers, flags, window and the subflow's own options. Blocks of a selective acknowledgment may be taken out for the connection's.
    /// </summary>
    public SegmentHeader Header;

    /// <summary>Why it is sent.</summary>
    public SegmentKind Kind { readonly get; set; }

    /// <summary>How often this SYN, probe or reset was sent before.</summary>
    public int Attempt { readonly get; set; }

    /// <summary>Octets of payload.</summary>
    public int PayloadLength { readonly get; set; }

    /// <summary>The data sequence number of the first octet of payload.</summary>
    public Dsn64 Dsn { readonly get; set; }

    /// <summary>The chunk that the payload is of, whose map it carries; with payload only.</summary>
    public Chunk Chunk { readonly get; set; }

    /// <summary>The chunk's place on the subflow, relative as in a DSS option: SYN = 0 (RFC 8684 section 3.3.1).</summary>
    public uint ChunkSsn { readonly get; set; }

    /// <summary>Octets in each packet when the payload is more than one packet's: the segmentation offload's size.</summary>
    public int Mss { readonly get; set; }

    /// <summary>The record that is sent again; of the subflow alone.</summary>
    internal int RecordIndex { readonly get; set; }
}
