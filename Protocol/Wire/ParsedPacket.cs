using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Wire;

/// <summary>A TCP segment that was received: values, and the payload where it lies in the packet. Passed by reference.</summary>
public ref struct ParsedPacket
{
    /// <summary>Both ends, seen from the receiver: the destination is local.</summary>
    public FourTuple Tuple;

    /// <summary>The options.</summary>
    public TcpOptions Options;

    /// <summary>The number of the first octet, or of the SYN.</summary>
    public Seq32 Seq { readonly get; set; }

    /// <summary>The number that the peer expects next; counts with <see cref="TcpFlags.Ack"/> only.</summary>
    public Seq32 Ack { readonly get; set; }

    /// <summary>The control bits.</summary>
    public TcpFlags Flags { readonly get; set; }

    /// <summary>The window as on the wire, not shifted.</summary>
    public ushort Window { readonly get; set; }

    /// <summary>The payload; lives as long as the packet's buffer.</summary>
    public ReadOnlySpan<byte> Payload { readonly get; set; }

    /// <summary>Payload bytes of each segment that the device merged into this one, or 0. The parser leaves it 0.</summary>
    public int GsoSize { readonly get; set; }

    /// <summary>Sequence numbers that the segment takes: its payload, and one each for SYN and FIN (RFC 9293 section 3.4).</summary>
    public readonly int SequenceLength =>
        Payload.Length + ((Flags & TcpFlags.Syn) != 0 ? 1 : 0) + ((Flags & TcpFlags.Fin) != 0 ? 1 : 0);

    /// <summary>Whether all of these flags are set.</summary>
    /// <param name="flags">One or several.</param>
    public readonly bool Has(TcpFlags flags) => (Flags & flags) == flags;
}
