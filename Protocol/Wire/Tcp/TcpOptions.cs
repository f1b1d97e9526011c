using System.Buffers.Binary;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Wire.Tcp;

/// <summary>The options of a segment, as far as they are understood (RFC 9293 section 3.2).</summary>
/// <remarks>
/// A large value that is passed by reference. On the wire the options follow each other without gaps, behind the padding: timestamps
/// alone then stand where a receiver's fast path looks for them (RFC 7323 appendix A).
/// </remarks>
public struct TcpOptions
{
    /// <summary>What a TCP header has room for.</summary>
    public const int MaxLength = 40;

    /// <summary>The largest shift that a window scale can ask for (RFC 7323 section 2.3).</summary>
    public const int MaxWindowScale = 14;

    /// <summary>The selective acknowledgment; without blocks there is none.</summary>
    public SackBlocks Sack;

    /// <summary>The MPTCP options.</summary>
    public MptcpOptions Mptcp;

    private const int MssLength = 4;
    private const int WindowScaleLength = 3;
    private const int SackPermittedLength = 2;

    /// <summary>The largest segment that the sender can receive, on a SYN.</summary>
    public ushort? Mss { readonly get; set; }

    /// <summary>The shift of the sender's windows, on a SYN; one that was read is at most <see cref="MaxWindowScale"/>.</summary>
    public byte? WindowScale { readonly get; set; }

    /// <summary>Whether the sender takes selective acknowledgments, on a SYN.</summary>
    public bool SackPermitted { readonly get; set; }

    /// <summary>The timestamps.</summary>
    public TcpTimestamps? Timestamps { readonly get; set; }

    /// <summary>Bytes that the options take, a multiple of four; more than <see cref="MaxLength"/> cannot be written.</summary>
    public readonly int Length => (PlainLength + 3) & ~3;

    private readonly int PlainLength =>
        (Mss is null ? 0 : MssLength)
        + (SackPermitted ? SackPermittedLength : 0)
        + (Timestamps is null ? 0 : TcpTimestamps.Length)
        + (WindowScale is null ? 0 : WindowScaleLength)
        + Sack.Length
        + Mptcp.Length;

    /// <summary>Reads options into a value without any. The first of a kind counts; an impossible length ends the list.</summary>
    /// <param name="source">The header behind its fixed part.</param>
    internal void Read(ReadOnlySpan<byte> source)
    {
        while (source.Length >= 2)
        {
            var kind = (TcpOptionKind)source[0];
            if (kind == TcpOptionKind.NoOperation)
            {
                source = source[1..];
                continue;
            }

            int length = source[1];
            if (kind == TcpOptionKind.End || length < 2 || length > source.Length)
            {
                return;
            }

            Read(kind, source[..length]);
            source = source[length..];
        }
    }

    /// <summary>Writes the options and their padding.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <returns><see cref="Length"/>.</returns>
    internal readonly int Write(Span<byte> destination)
    {
        var padding = -PlainLength & 3;
        destination[..padding].Fill((byte)TcpOptionKind.NoOperation);
        var rest = destination[padding..];
        if (Mss is { } mss)
        {
            BinaryPrimitives.WriteUInt32BigEndian(rest, ((uint)TcpOptionKind.Mss << 24) | (MssLength << 16) | mss);
            rest = rest[MssLength..];
        }

        if (SackPermitted)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, ((ushort)TcpOptionKind.SackPermitted << 8) | SackPermittedLength);
            rest = rest[SackPermittedLength..];
        }

        if (Timestamps is { } timestamps)
        {
            rest = rest[timestamps.Write(rest)..];
        }

        if (WindowScale is { } shift)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, ((ushort)TcpOptionKind.WindowScale << 8) | WindowScaleLength);
            rest[2] = shift;
            rest = rest[WindowScaleLength..];
        }

        if (Sack.Count != 0)
        {
            rest = rest[Sack.Write(rest)..];
        }

        rest = rest[Mptcp.Write(rest)..];
        return destination.Length - rest.Length;
    }

    private void Read(TcpOptionKind kind, ReadOnlySpan<byte> option)
    {
        switch (kind)
        {
            case TcpOptionKind.Mptcp when option.Length > 2:
                Mptcp.Read(option);
                break;
            case TcpOptionKind.Timestamps when option.Length == TcpTimestamps.Length:
                Timestamps ??= TcpTimestamps.Read(option);
                break;
            case TcpOptionKind.Sack when Sack.Count == 0:
                Sack = SackBlocks.Read(option);
                break;
            case TcpOptionKind.Mss when option.Length == MssLength:
                Mss ??= BinaryPrimitives.ReadUInt16BigEndian(option[2..]);
                break;
            case TcpOptionKind.WindowScale when option.Length == WindowScaleLength:
                WindowScale ??= Math.Min(option[2], (byte)MaxWindowScale);
                break;
            case TcpOptionKind.SackPermitted when option.Length == SackPermittedLength:
                SackPermitted = true;
                break;
        }
    }
}
