using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>Reports a bad checksum: from this number on the data has to come again (RFC 8684 section 3.7).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+-----------------------+
/// |     Kind      |   Length=12   |Subtype|      (reserved)       |
/// +---------------+---------------+-------+-----------------------+
/// |                 Data Sequence Number (8 octets)               |
/// |                                                               |
/// +---------------------------------------------------------------+
/// </code>
/// </remarks>
/// <param name="Dsn">The first number of the mapping whose checksum was wrong.</param>
public readonly record struct MpFail(Dsn64 Dsn)
{
    internal const int Length = 12;

    internal static bool TryRead(ReadOnlySpan<byte> option, out MpFail value)
    {
        value = option.Length == Length ? new MpFail(new Dsn64(BinaryPrimitives.ReadUInt64BigEndian(option[4..]))) : default;
        return option.Length == Length;
    }

    internal int Write(Span<byte> destination)
    {
        OptionHeader.Write(destination, MptcpSubtype.Fail, Length, 0, 0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], Dsn.Value);
        return Length;
    }
}
