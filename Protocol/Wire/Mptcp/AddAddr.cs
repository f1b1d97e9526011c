using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>Announces an address, or echoes an announcement (RFC 8684 section 3.4.1).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+-----+-+---------------+
/// |     Kind      |     Length    |Subtype|(rsv)|E|  Address ID   |
/// +---------------+---------------+-------+-----+-+---------------+
/// |           Address (IPv4: 4 octets / IPv6: 16 octets)          |
/// +-------------------------------+-------------------------------+
/// |   Port (2 octets, optional)   |                               |
/// +-------------------------------+                               |
/// |                Truncated HMAC (8 octets, if E=0)              |
/// |                               +-------------------------------+
/// |                               |
/// +-------------------------------+
/// </code>
/// </remarks>
public readonly record struct AddAddr
{
    private const byte EchoBit = 0x01;
    private const int PortLength = 2;
    private const int HmacLength = 8;

    /// <summary>E: this echoes an announcement and is not authenticated.</summary>
    public bool Echo { get; private init; }

    /// <summary>The id that the announcer gave the address.</summary>
    public byte AddressId { get; private init; }

    /// <summary>The address.</summary>
    public IpAddr Address { get; private init; }

    /// <summary>The port, or 0: that of the subflow that carries the option.</summary>
    public ushort Port { get; private init; }

    /// <summary>The right 64 bits of the HMAC; 0 on an echo.</summary>
    public ulong Hmac { get; private init; }

    /// <summary>Bytes of the option.</summary>
    public int Length =>
        OptionHeader.Length + Address.Length + (Port == 0 ? 0 : PortLength) + (Echo ? 0 : HmacLength);

    /// <summary>An announcement.</summary>
    /// <param name="addressId">The announcer's id of the address.</param>
    /// <param name="address">The address.</param>
    /// <param name="port">The port, 0 for none.</param>
    /// <param name="hmac">See <see cref="Connection.Keys.AddAddressHmac"/>.</param>
    public static AddAddr Announce(byte addressId, IpAddr address, ushort port, ulong hmac) =>
        new() { AddressId = addressId, Address = address, Port = port, Hmac = hmac };

    /// <summary>The answer to an announcement: the same without HMAC.</summary>
    public AddAddr ToEcho() => this with { Echo = true, Hmac = 0 };

    internal static bool TryRead(ReadOnlySpan<byte> option, out AddAddr value)
    {
        value = default;
        if (option.Length < OptionHeader.Length)
        {
            return false;
        }

        // Each length has one meaning once the E flag is known.
        var echo = (option[2] & EchoBit) != 0;
        var body = option.Length - OptionHeader.Length - (echo ? 0 : HmacLength);
        var hasPort = body is IpAddr.V4Length + PortLength or IpAddr.V6Length + PortLength;
        var addressLength = hasPort ? body - PortLength : body;
        if (addressLength is not (IpAddr.V4Length or IpAddr.V6Length))
        {
            return false;
        }

        var address = option[OptionHeader.Length..];
        value = new AddAddr
        {
            Echo = echo,
            AddressId = option[3],
            Address = addressLength == IpAddr.V4Length ? IpAddr.ReadV4(address) : IpAddr.ReadV6(address),
            Port = hasPort ? BinaryPrimitives.ReadUInt16BigEndian(address[addressLength..]) : (ushort)0,
            Hmac = echo ? 0 : BinaryPrimitives.ReadUInt64BigEndian(option[^HmacLength..]),
        };

        // An explicit port 0 could not be echoed as it came. A mapped IPv4 address is one that no IPv6 packet may go to.
        return hasPort == (value.Port != 0) && value.Address.IsV4 == (addressLength == IpAddr.V4Length);
    }

    internal int Write(Span<byte> destination)
    {
        OptionHeader.Write(destination, MptcpSubtype.AddAddr, Length, Echo ? EchoBit : 0, AddressId);
        var at = OptionHeader.Length;
        at += Address.Write(destination[at..]);
        if (Port != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[at..], Port);
            at += PortLength;
        }

        if (!Echo)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[at..], Hmac);
        }

        return Length;
    }
}
