using System.Buffers.Binary;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>Which step of the handshake an MP_JOIN belongs to; the number is its length.</summary>
public enum JoinForm
{
    /// <summary>SYN: token and nonce.</summary>
    Syn = 12,

    /// <summary>SYN/ACK: short HMAC and nonce.</summary>
    SynAck = 16,

    /// <summary>Third ACK: long HMAC.</summary>
    Ack = 24,
}

/// <summary>Adds a subflow to a connection (RFC 8684 section 3.2).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+-----+-+---------------+
/// |     Kind      |  Length = 12  |Subtype|(rsv)|B|   Address ID  |   SYN
/// +---------------+---------------+-------+-----+-+---------------+
/// |                   Receiver's Token (32 bits)                  |
/// +---------------------------------------------------------------+
/// |                Sender's Random Number (32 bits)               |
/// +---------------------------------------------------------------+
///
/// +---------------+---------------+-------+-----+-+---------------+
/// |     Kind      |  Length = 16  |Subtype|(rsv)|B|   Address ID  |   SYN/ACK
/// +---------------+---------------+-------+-----+-+---------------+
/// |                Sender's Truncated HMAC (64 bits)              |
/// |                                                               |
/// +---------------------------------------------------------------+
/// |                Sender's Random Number (32 bits)               |
/// +---------------------------------------------------------------+
///
/// +---------------+---------------+-------+-----------------------+
/// |     Kind      |  Length = 24  |Subtype|      (reserved)       |   ACK
/// +---------------+---------------+-------+-----------------------+
/// |                   Sender's HMAC (160 bits)                    |
/// |                              . . .                            |
/// +---------------------------------------------------------------+
/// </code>
/// </remarks>
public readonly record struct MpJoin
{
    private const byte BackupBit = 0x01;

    private MpJoin(JoinForm form) => Form = form;

    /// <summary>Which step it belongs to.</summary>
    public JoinForm Form { get; }

    /// <summary>B: the sender wants this subflow used only when no other is usable; false on the third ACK.</summary>
    public bool Backup { get; private init; }

    /// <summary>The sender's id of its address; 0 on the third ACK.</summary>
    public byte AddressId { get; private init; }

    /// <summary>On a SYN: the token of the connection at the receiver.</summary>
    public uint Token { get; private init; }

    /// <summary>On a SYN and a SYN/ACK: the sender's nonce.</summary>
    public uint Nonce { get; private init; }

    /// <summary>On a SYN/ACK: the left 64 bits of the HMAC.</summary>
    public ulong ShortHmac { get; private init; }

    /// <summary>On the third ACK: the left 160 bits of the HMAC.</summary>
    public Hmac160 Hmac { get; private init; }

    /// <summary>Bytes of the option.</summary>
    public int Length => (int)Form;

    /// <summary>The option of a SYN.</summary>
    /// <param name="backup">Whether the subflow is for backup.</param>
    /// <param name="addressId">The id of the sender's address.</param>
    /// <param name="token">The peer's token.</param>
    /// <param name="nonce">The sender's nonce.</param>
    public static MpJoin Syn(bool backup, byte addressId, uint token, uint nonce) =>
        new(JoinForm.Syn) { Backup = backup, AddressId = addressId, Token = token, Nonce = nonce };

    /// <summary>The option of a SYN/ACK.</summary>
    /// <param name="backup">Whether the subflow is for backup.</param>
    /// <param name="addressId">The id of the sender's address.</param>
    /// <param name="hmac">The left 64 bits of the responder's HMAC.</param>
    /// <param name="nonce">The sender's nonce.</param>
    public static MpJoin SynAck(bool backup, byte addressId, ulong hmac, uint nonce) =>
        new(JoinForm.SynAck) { Backup = backup, AddressId = addressId, ShortHmac = hmac, Nonce = nonce };

    /// <summary>The option of the third ACK.</summary>
    /// <param name="hmac">The left 160 bits of the initiator's HMAC.</param>
    public static MpJoin Ack(in Hmac160 hmac) => new(JoinForm.Ack) { Hmac = hmac };

    internal static bool TryRead(ReadOnlySpan<byte> option, out MpJoin value)
    {
        switch (option.Length)
        {
            case (int)JoinForm.Syn:
                value = Syn(
                    (option[2] & BackupBit) != 0,
                    option[3],
                    BinaryPrimitives.ReadUInt32BigEndian(option[4..]),
                    BinaryPrimitives.ReadUInt32BigEndian(option[8..]));
                return true;
            case (int)JoinForm.SynAck:
                value = SynAck(
                    (option[2] & BackupBit) != 0,
                    option[3],
                    BinaryPrimitives.ReadUInt64BigEndian(option[4..]),
                    BinaryPrimitives.ReadUInt32BigEndian(option[12..]));
                return true;
            case (int)JoinForm.Ack:
                value = Ack(Hmac160.Read(option[4..]));
                return true;
            default:
                value = default;
                return false;
        }
    }

    internal int Write(Span<byte> destination)
    {
        OptionHeader.Write(destination, MptcpSubtype.Join, Length, Backup ? BackupBit : 0, AddressId);
        switch (Form)
        {
            case JoinForm.Syn:
                BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Token);
                BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Nonce);
                break;
            case JoinForm.SynAck:
                BinaryPrimitives.WriteUInt64BigEndian(destination[4..], ShortHmac);
                BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Nonce);
                break;
            case JoinForm.Ack:
                Hmac.Write(destination[4..]);
                break;
        }

        return Length;
    }
}
