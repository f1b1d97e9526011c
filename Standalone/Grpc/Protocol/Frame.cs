using System.Buffers;
using System.Buffers.Binary;

namespace Grpc.Protocol;

/// <summary>What the bytes at the front of a stream are.</summary>
internal enum FrameState
{
    /// <summary>The start of a frame; more bytes are needed.</summary>
    Incomplete,

    /// <summary>A whole frame.</summary>
    Complete,

    /// <summary>No frame: the flag byte is neither 0 nor 1.</summary>
    BadFlag,

    /// <summary>A frame whose message is longer than allowed. Known from the header, before the message is there.</summary>
    TooLong,
}

/// <summary>
/// Length-prefixed messages (gRPC over HTTP/2, Length-Prefixed-Message).
/// <code>
///  0        1                                 5
/// +--------+--------+--------+--------+--------+---------
/// | 0 or 1 |   length of message, big endian   | message
/// +--------+--------+--------+--------+--------+---------
///   compressed
/// </code>
/// </summary>
internal static class Frame
{
    public const int HeaderBytes = 5;

    /// <summary>Looks at the front of a buffer.</summary>
    /// <param name="buffer">What has arrived.</param>
    /// <param name="maxBytes">The longest message allowed.</param>
    /// <param name="compressed">The flag of the frame.</param>
    /// <param name="message">The message, without header, when complete.</param>
    public static FrameState Parse(
        in ReadOnlySequence<byte> buffer, int maxBytes, out bool compressed, out ReadOnlySequence<byte> message)
    {
        compressed = false;
        message = default;
        if (buffer.Length < HeaderBytes)
        {
            return !buffer.IsEmpty && buffer.FirstSpan[0] > 1 ? FrameState.BadFlag : FrameState.Incomplete;
        }

        Span<byte> copy = stackalloc byte[HeaderBytes];
        scoped var header = buffer.FirstSpan;
        if (header.Length < HeaderBytes)
        {
            buffer.Slice(0, HeaderBytes).CopyTo(copy);
            header = copy;
        }

        if (header[0] > 1)
        {
            return FrameState.BadFlag;
        }

        compressed = header[0] == 1;
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)maxBytes)
        {
            return FrameState.TooLong;
        }

        if (buffer.Length - HeaderBytes < length)
        {
            return FrameState.Incomplete;
        }

        message = buffer.Slice(HeaderBytes, length);
        return FrameState.Complete;
    }

    /// <summary>Writes a header.</summary>
    public static void WriteHeader(Span<byte> destination, bool compressed, int length)
    {
        destination[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], length);
    }
}
