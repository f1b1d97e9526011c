using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Tcp;

/// <summary>A TCP segment over its bytes; the length was checked when it was made (RFC 9293 section 3.1).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          Source Port          |       Destination Port        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        Sequence Number                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Acknowledgment Number                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Data |       |C|E|U|A|P|R|S|F|                               |
/// | Offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
/// |       |       |R|E|G|K|H|T|N|N|                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           Checksum            |         Urgent Pointer        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                           [Options]                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                             Data                              :
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
internal readonly ref struct TcpView
{
    /// <summary>Bytes of the header without options.</summary>
    public const int HeaderLength = 20;

    private const int ChecksumOffset = 16;

    private readonly ReadOnlySpan<byte> _header;

    private TcpView(ReadOnlySpan<byte> header, ReadOnlySpan<byte> options, ReadOnlySpan<byte> payload)
    {
        _header = header;
        Options = options;
        Payload = payload;
    }

    public ReadOnlySpan<byte> Options { get; }

    public ReadOnlySpan<byte> Payload { get; }

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_header);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_header[2..]);

    public Seq32 Seq => new(BinaryPrimitives.ReadUInt32BigEndian(_header[4..]));

    public Seq32 Ack => new(BinaryPrimitives.ReadUInt32BigEndian(_header[8..]));

    public TcpFlags Flags => (TcpFlags)_header[13];

    public ushort Window => BinaryPrimitives.ReadUInt16BigEndian(_header[14..]);

    /// <summary>Checks that the header lies within the segment.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> segment, out TcpView view)
    {
        if (segment.Length >= HeaderLength)
        {
            var dataOffset = (segment[12] >> 4) * 4;
            if (dataOffset >= HeaderLength && dataOffset <= segment.Length)
            {
                view = new TcpView(segment[..HeaderLength], segment[HeaderLength..dataOffset], segment[dataOffset..]);
                return true;
            }
        }

        view = default;
        return false;
    }

    /// <summary>Writes header and options with a checksum of 0.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteHeader(Span<byte> destination, in FourTuple tuple, in SegmentHeader header)
    {
        var fixedPart = destination[..HeaderLength];
        var length = HeaderLength + header.Options.Write(destination[HeaderLength..]);
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart, ((uint)tuple.Local.Port << 16) | tuple.Remote.Port);
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart[4..], header.Seq.Value);
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart[8..], header.Ack.Value);
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart[12..], ((uint)length << 26) | ((uint)header.Flags << 16) | header.Window);
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart[ChecksumOffset..], 0);
        return length;
    }

    /// <summary>Writes the checksum into a segment.</summary>
    public static void SetChecksum(Span<byte> segment, ushort checksum) =>
        BinaryPrimitives.WriteUInt16BigEndian(segment[ChecksumOffset..], checksum);
}
