using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Wire;

/// <summary>What a TCP segment says beside its ports and its payload. A large value that is passed by reference.</summary>
public struct SegmentHeader
{
    /// <summary>The options.</summary>
    public TcpOptions Options;

    /// <summary>The number of the first octet, or of the SYN.</summary>
    public Seq32 Seq { readonly get; set; }

    /// <summary>The number expected next; counts with <see cref="TcpFlags.Ack"/> only.</summary>
    public Seq32 Ack { readonly get; set; }

    /// <summary>The control bits.</summary>
    public TcpFlags Flags { readonly get; set; }

    /// <summary>The window as on the wire: scaled, but for a SYN's.</summary>
    public ushort Window { readonly get; set; }
}
