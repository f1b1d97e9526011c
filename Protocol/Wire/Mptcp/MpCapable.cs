using System.Buffers.Binary;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>The flags of MP_CAPABLE.</summary>
[Flags]
public enum CapableFlags
{
    /// <summary>None; without a crypto bit the connection is plain TCP.</summary>
    None = 0,

    /// <summary>A: the sender requires checksums.</summary>
    ChecksumRequired = 0x80,

    /// <summary>B: an extension that does not exist yet. An option that has it set is ignored.</summary>
    Extension = 0x40,

    /// <summary>C: no subflow may be opened to the address and port that this option came from.</summary>
    NoJoinToSource = 0x20,

    /// <summary>D to H: the crypto algorithms that are offered, or the one that was chosen.</summary>
    Crypto = 0x1F,

    /// <summary>H: HMAC-SHA256, the only algorithm that exists.</summary>
    HmacSha256 = 0x01,
}

/// <summary>What an MP_CAPABLE consists of; the number is its length.</summary>
public enum CapableForm
{
    /// <summary>On a SYN: no key.</summary>
    Syn = 4,

    /// <summary>On a SYN/ACK: the sender's key.</summary>
    SynAck = 12,

    /// <summary>On the third ACK: both keys.</summary>
    Ack = 20,

    /// <summary>On the first data: both keys and the length of the mapping.</summary>
    Data = 22,

    /// <summary>On the first data: as before, and a checksum.</summary>
    DataWithChecksum = 24,
}

/// <summary>Starts a connection (RFC 8684 section 3.1).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+-------+---------------+
/// |     Kind      |    Length     |Subtype|Version|A|B|C|D|E|F|G|H|
/// +---------------+---------------+-------+-------+---------------+
/// |                   Option Sender's Key (64 bits)               |
/// |                      (if option Length > 4)                   |
/// +---------------------------------------------------------------+
/// |                  Option Receiver's Key (64 bits)              |
/// |                      (if option Length > 12)                  |
/// +-------------------------------+-------------------------------+
/// |  Data-Level Length (16 bits)  |  Checksum (16 bits, optional) |
/// +-------------------------------+-------------------------------+
/// </code>
/// </remarks>
public readonly record struct MpCapable
{
    /// <summary>The version that is spoken here.</summary>
    public const int SpokenVersion = 1;

    private MpCapable(CapableForm form, CapableFlags flags)
    {
        Form = form;
        Flags = flags;
    }

    /// <summary>Which fields there are.</summary>
    public CapableForm Form { get; }

    /// <summary>The version, 0 to 15.</summary>
    public byte Version { get; init; } = SpokenVersion;

    /// <summary>The flags.</summary>
    public CapableFlags Flags { get; }

    /// <summary>The key of the option's sender; 0 on a SYN.</summary>
    public ulong SenderKey { get; private init; }

    /// <summary>The key of the option's receiver; 0 on a SYN and a SYN/ACK.</summary>
    public ulong ReceiverKey { get; private init; }

    /// <summary>Bytes that are mapped from the first of the connection on; 0 without mapping.</summary>
    public ushort DataLength { get; private init; }

    /// <summary>The checksum of the mapping, when there is one.</summary>
    public ushort Checksum { get; private init; }

    /// <summary>Bytes of the option.</summary>
    public int Length => (int)Form;

    /// <summary>The option of a SYN.</summary>
    /// <param name="flags">The algorithms offered, and whether checksums are required.</param>
    public static MpCapable Syn(CapableFlags flags) => new(CapableForm.Syn, flags);

    /// <summary>The option of a SYN/ACK.</summary>
    /// <param name="flags">The one algorithm chosen, and whether checksums are required.</param>
    /// <param name="key">The responder's key.</param>
    public static MpCapable SynAck(CapableFlags flags, ulong key) => new(CapableForm.SynAck, flags) { SenderKey = key };

    /// <summary>The option of the third ACK.</summary>
    /// <param name="flags">The algorithm in use.</param>
    /// <param name="senderKey">The initiator's key.</param>
    /// <param name="receiverKey">The responder's key.</param>
    public static MpCapable Ack(CapableFlags flags, ulong senderKey, ulong receiverKey) =>
        new(CapableForm.Ack, flags) { SenderKey = senderKey, ReceiverKey = receiverKey };

    /// <summary>The option of the first data: the keys again and the mapping of that data.</summary>
    /// <param name="flags">The algorithm in use.</param>
    /// <param name="senderKey">The initiator's key.</param>
    /// <param name="receiverKey">The responder's key.</param>
    /// <param name="dataLength">Bytes of the mapping.</param>
    /// <param name="checksum">The checksum of the mapping, if checksums are in use.</param>
    public static MpCapable Data(CapableFlags flags, ulong senderKey, ulong receiverKey, ushort dataLength, ushort? checksum) =>
        new(checksum is null ? CapableForm.Data : CapableForm.DataWithChecksum, flags)
        {
            SenderKey = senderKey,
            ReceiverKey = receiverKey,
            DataLength = dataLength,
            Checksum = checksum.GetValueOrDefault(),
        };

    internal static bool TryRead(ReadOnlySpan<byte> option, out MpCapable value)
    {
        value = default;
        var flags = option.Length > 3 ? (CapableFlags)option[3] : CapableFlags.Extension;
        if (option.Length is not (4 or 12 or 20 or 22 or 24) || (flags & CapableFlags.Extension) != 0)
        {
            return false;
        }

        value = new MpCapable((CapableForm)option.Length, flags)
        {
            Version = (byte)(option[2] & 0x0F),
            SenderKey = option.Length >= 12 ? BinaryPrimitives.ReadUInt64BigEndian(option[4..]) : 0,
            ReceiverKey = option.Length >= 20 ? BinaryPrimitives.ReadUInt64BigEndian(option[12..]) : 0,
            DataLength = option.Length >= 22 ? BinaryPrimitives.ReadUInt16BigEndian(option[20..]) : (ushort)0,
            Checksum = option.Length >= 24 ? BinaryPrimitives.ReadUInt16BigEndian(option[22..]) : (ushort)0,
        };
        return true;
    }

    internal int Write(Span<byte> destination)
    {
        OptionHeader.Write(destination, MptcpSubtype.Capable, Length, Version, (byte)Flags);
        if (Form >= CapableForm.SynAck)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[4..], SenderKey);
        }

        if (Form >= CapableForm.Ack)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[12..], ReceiverKey);
        }

        if (Form >= CapableForm.Data)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[20..], DataLength);
        }

        if (Form >= CapableForm.DataWithChecksum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[22..], Checksum);
        }

        return Length;
    }
}
