using System.Buffers.Binary;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>Aborts the whole connection (RFC 8684 section 3.5).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+-----------------------+
/// |     Kind      |   Length=12   |Subtype|      (reserved)       |
/// +---------------+---------------+-------+-----------------------+
/// |                   Option Receiver's Key (64 bits)             |
/// |                                                               |
/// +---------------------------------------------------------------+
/// </code>
/// </remarks>
/// <param name="ReceiverKey">The key of the host that receives this: only its peer knows it.</param>
public readonly record struct MpFastClose(ulong ReceiverKey)
{
    internal const int Length = 12;

    internal static bool TryRead(ReadOnlySpan<byte> option, out MpFastClose value)
    {
        value = option.Length == Length ? new MpFastClose(BinaryPrimitives.ReadUInt64BigEndian(option[4..])) : default;
        return option.Length == Length;
    }

    internal int Write(Span<byte> destination)
    {
        OptionHeader.Write(destination, MptcpSubtype.FastClose, Length, 0, 0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], ReceiverKey);
        return Length;
    }
}
