using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>The flags of a data sequence signal.</summary>
[Flags]
public enum DssFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A: there is a data ACK.</summary>
    HasAck = 0x01,

    /// <summary>a: the data ACK has 64 bits.</summary>
    WideAck = 0x02,

    /// <summary>M: there is a mapping.</summary>
    HasMap = 0x04,

    /// <summary>m: the data sequence number has 64 bits.</summary>
    WideDsn = 0x08,

    /// <summary>F: the mapping ends the data; the DATA_FIN takes one number of its length.</summary>
    DataFin = 0x10,
}

/// <summary>A data sequence signal: data ACK and mapping (RFC 8684 section 3.3).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+---------------+-------+
/// |     Kind      |    Length     |Subtype| (reserved) |F|m|M|a|A|
/// +---------------+---------------+-------+---------------+-------+
/// |           Data ACK (4 or 8 octets, depending on flags)        |
/// +---------------------------------------------------------------+
/// |   Data Sequence Number (4 or 8 octets, depending on flags)    |
/// +---------------------------------------------------------------+
/// |              Subflow Sequence Number (4 octets)               |
/// +-------------------------------+-------------------------------+
/// |  Data-Level Length (2 octets) |      Checksum (2 octets)      |
/// +-------------------------------+-------------------------------+
/// </code>
/// </remarks>
public readonly record struct Dss
{
    private const DssFlags Known = (DssFlags)0x1F;

    /// <summary>The flags; a and m are never set without A and M.</summary>
    public DssFlags Flags { get; private init; }

    /// <summary>Whether the mapping carries a checksum: not a flag of the wire, the length tells.</summary>
    public bool HasChecksum { get; private init; }

    /// <summary>The checksum of the mapping.</summary>
    public ushort Checksum { get; private init; }

    /// <summary>Bytes that are mapped; with <see cref="IsDataFin"/> one more than the data. 0: the mapping has no end (fallback).</summary>
    public ushort DataLength { get; private init; }

    /// <summary>Where the mapping starts on the subflow, relative to its SYN; 0 for a DATA_FIN without data.</summary>
    public uint SubflowSeq { get; private init; }

    /// <summary>The data ACK as on the wire: without <see cref="DssFlags.WideAck"/> its low 32 bits alone.</summary>
    public ulong RawAck { get; private init; }

    /// <summary>The data sequence number as on the wire: without <see cref="DssFlags.WideDsn"/> its low 32 bits alone.</summary>
    public ulong RawDsn { get; private init; }

    /// <summary>Whether there is a data ACK.</summary>
    public bool HasAck => (Flags & DssFlags.HasAck) != 0;

    /// <summary>Whether there is a mapping.</summary>
    public bool HasMap => (Flags & DssFlags.HasMap) != 0;

    /// <summary>Whether the data ACK has 64 bits.</summary>
    public bool IsWideAck => (Flags & DssFlags.WideAck) != 0;

    /// <summary>Whether the data sequence number has 64 bits: the receiver then owes a 64-bit data ACK.</summary>
    public bool IsWideDsn => (Flags & DssFlags.WideDsn) != 0;

    /// <summary>Whether the mapping ends the data.</summary>
    public bool IsDataFin => (Flags & DssFlags.DataFin) != 0;

    /// <summary>Bytes of the option.</summary>
    public int Length => LengthOf(Flags) + (HasChecksum ? 2 : 0);

    /// <summary>A signal with a data ACK and no mapping.</summary>
    /// <param name="ack">The number expected next.</param>
    /// <param name="wide">Whether to send 64 bits.</param>
    public static Dss Ack(Dsn64 ack, bool wide = true) => new()
    {
        Flags = wide ? DssFlags.HasAck | DssFlags.WideAck : DssFlags.HasAck,
        RawAck = wide ? ack.Value : (uint)ack.Value,
    };

    /// <summary>The same signal with a mapping.</summary>
    /// <param name="dsn">The first number that is mapped.</param>
    /// <param name="subflowSeq">Where that is on the subflow, relative to its SYN.</param>
    /// <param name="length">How many are mapped, the DATA_FIN included.</param>
    /// <param name="wide">Whether to send 64 bits.</param>
    public Dss WithMap(Dsn64 dsn, uint subflowSeq, ushort length, bool wide = true) => this with
    {
        Flags = Flags | (wide ? DssFlags.HasMap | DssFlags.WideDsn : DssFlags.HasMap),
        RawDsn = wide ? dsn.Value : (uint)dsn.Value,
        SubflowSeq = subflowSeq,
        DataLength = length,
    };

    /// <summary>The same signal, its mapping ending the data.</summary>
    public Dss WithDataFin() => this with { Flags = Flags | DssFlags.DataFin };

    /// <summary>The same signal, its mapping with a checksum.</summary>
    /// <param name="checksum">See <see cref="Wire.Checksum.Dss"/>.</param>
    public Dss WithChecksum(ushort checksum) => this with { HasChecksum = true, Checksum = checksum };

    /// <summary>The data ACK at 64 bits.</summary>
    /// <param name="near">What a narrow one is completed from, such as the last data ACK.</param>
    public Dsn64 AckNear(Dsn64 near) => IsWideAck ? new Dsn64(RawAck) : Dsn64.Promote((uint)RawAck, near);

    /// <summary>The data sequence number at 64 bits.</summary>
    /// <param name="near">What a narrow one is completed from, such as the number expected next.</param>
    public Dsn64 DsnNear(Dsn64 near) => IsWideDsn ? new Dsn64(RawDsn) : Dsn64.Promote((uint)RawDsn, near);

    internal static bool TryRead(ReadOnlySpan<byte> option, out Dss value)
    {
        value = default;
        if (option.Length < OptionHeader.Length)
        {
            return false;
        }

        var flags = Canonical((DssFlags)option[3] & Known);
        var length = LengthOf(flags);
        var hasMap = (flags & DssFlags.HasMap) != 0;
        var hasChecksum = hasMap && option.Length == length + 2;
        if (option.Length != length && !hasChecksum)
        {
            return false;
        }

        var rest = option[OptionHeader.Length..];
        ulong ack = 0;
        if ((flags & DssFlags.HasAck) != 0)
        {
            ack = ReadNumber(ref rest, (flags & DssFlags.WideAck) != 0);
        }

        if (!hasMap)
        {
            value = new Dss { Flags = flags, RawAck = ack };
            return true;
        }

        var dsn = ReadNumber(ref rest, (flags & DssFlags.WideDsn) != 0);
        value = new Dss
        {
            Flags = flags,
            RawAck = ack,
            RawDsn = dsn,
            SubflowSeq = BinaryPrimitives.ReadUInt32BigEndian(rest),
            DataLength = BinaryPrimitives.ReadUInt16BigEndian(rest[4..]),
            HasChecksum = hasChecksum,
            Checksum = hasChecksum ? BinaryPrimitives.ReadUInt16BigEndian(rest[6..]) : (ushort)0,
        };
        return true;
    }

    internal int Write(Span<byte> destination)
    {
        var length = Length;
        OptionHeader.Write(destination, MptcpSubtype.Dss, length, 0, (byte)Flags);
        var rest = destination[OptionHeader.Length..length];
        if (HasAck)
        {
            WriteNumber(ref rest, RawAck, IsWideAck);
        }

        if (HasMap)
        {
            WriteNumber(ref rest, RawDsn, IsWideDsn);
            BinaryPrimitives.WriteUInt32BigEndian(rest, SubflowSeq);
            BinaryPrimitives.WriteUInt16BigEndian(rest[4..], DataLength);
            if (HasChecksum)
            {
                BinaryPrimitives.WriteUInt16BigEndian(rest[6..], Checksum);
            }
        }

        return length;
    }

    // What a flag says about a field that is not there means nothing (RFC 8684 section 3.3); neither does a DATA_FIN without mapping.
    private static DssFlags Canonical(DssFlags flags)
    {
        if ((flags & DssFlags.HasAck) == 0)
        {
            flags &= ~DssFlags.WideAck;
        }

        return (flags & DssFlags.HasMap) == 0 ? flags & ~(DssFlags.WideDsn | DssFlags.DataFin) : flags;
    }

    private static int LengthOf(DssFlags flags)
    {
        var length = OptionHeader.Length;
        if ((flags & DssFlags.HasAck) != 0)
        {
            length += (flags & DssFlags.WideAck) != 0 ? 8 : 4;
        }

        if ((flags & DssFlags.HasMap) != 0)
        {
            length += ((flags & DssFlags.WideDsn) != 0 ? 8 : 4) + 6;
        }

        return length;
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> rest, bool wide)
    {
        var number = wide ? BinaryPrimitives.ReadUInt64BigEndian(rest) : BinaryPrimitives.ReadUInt32BigEndian(rest);
        rest = rest[(wide ? 8 : 4)..];
        return number;
    }

    private static void WriteNumber(ref Span<byte> rest, ulong number, bool wide)
    {
        if (wide)
        {
            BinaryPrimitives.WriteUInt64BigEndian(rest, number);
            rest = rest[8..];
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)number);
            rest = rest[4..];
        }
    }
}
