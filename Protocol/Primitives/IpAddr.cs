using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Multipath.Protocol.Primitives;

/// <summary>An address of either family as a value of 16 bytes; IPv4 in its mapped form (RFC 4291 section 2.5.5.2).</summary>
/// <remarks>A mapped address has no place in an IPv6 packet, so that the form tells the family without a field of its own.</remarks>
public readonly record struct IpAddr
{
    /// <summary>Bytes of an IPv4 address.</summary>
    public const int V4Length = 4;

    /// <summary>Bytes of an IPv6 address.</summary>
    public const int V6Length = 16;

    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    private readonly ulong _high;
    private readonly ulong _low;

    private IpAddr(ulong high, ulong low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>0.0.0.0.</summary>
    public static IpAddr AnyV4 => new(0, MappedPrefix);

    /// <summary>The address ::, which is also the default value.</summary>
    public static IpAddr AnyV6 => default;

    /// <summary>Whether it is an IPv4 address.</summary>
    public bool IsV4 => _high == 0 && _low >> 32 == MappedPrefix >> 32;

    /// <summary>Bytes that the address takes on the wire: 4 or 16.</summary>
    public int Length => IsV4 ? V4Length : V6Length;

    /// <summary>Whether it is the unspecified address of its family.</summary>
    public bool IsUnspecified => _high == 0 && (_low == 0 || _low == MappedPrefix);

    /// <summary>Whether no single host can own it: multicast of either family, or the IPv4 broadcast.</summary>
    public bool IsMulticast => IsV4
        ? (uint)_low >= 0xE000_0000 && ((uint)_low < 0xF000_0000 || (uint)_low == uint.MaxValue)
        : _high >> 56 == 0xFF;

    /// <summary>The high 64 bits, as read from the wire.</summary>
    internal ulong High => _high;

    /// <summary>The low 64 bits, as read from the wire.</summary>
    internal ulong Low => _low;

    /// <summary>An IPv4 address.</summary>
    /// <param name="bits">The address, most significant octet first.</param>
    public static IpAddr V4(uint bits) => new(0, MappedPrefix | bits);

    /// <summary>An IPv6 address.</summary>
    /// <param name="high">The first eight octets.</param>
    /// <param name="low">The last eight octets.</param>
    public static IpAddr V6(ulong high, ulong low) => new(high, low);

    /// <summary>Reads four octets.</summary>
    /// <param name="source">At least <see cref="V4Length"/> bytes.</param>
    public static IpAddr ReadV4(ReadOnlySpan<byte> source) => V4(BinaryPrimitives.ReadUInt32BigEndian(source));

    /// <summary>Reads sixteen octets.</summary>
    /// <param name="source">At least <see cref="V6Length"/> bytes.</param>
    public static IpAddr ReadV6(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    /// <summary>The value of an address of the framework; its scope id is dropped.</summary>
    /// <param name="address">Of either family.</param>
    public static IpAddr From(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[V6Length];
        address.TryWriteBytes(octets, out var written);
        return written == V4Length ? ReadV4(octets) : ReadV6(octets);
    }

    /// <summary>Reads the text form of either family.</summary>
    /// <param name="text">Such as 192.0.2.1 or 2001:db8::1.</param>
    /// <param name="address">The address, when the text is one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out IpAddr address)
    {
        var parsed = IPAddress.TryParse(text, out var value);
        address = parsed ? From(value!) : default;
        return parsed;
    }

    /// <summary>Reads the text form of either family.</summary>
    /// <param name="text">Such as 192.0.2.1 or 2001:db8::1.</param>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static IpAddr Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no IP address.");

    /// <summary>Writes the octets.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <returns><see cref="Length"/>.</returns>
    public int Write(Span<byte> destination)
    {
        if (IsV4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return V4Length;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        return V6Length;
    }

    /// <summary>The address as the framework's type.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[V6Length];
        return new IPAddress(octets[..Write(octets)]);
    }

    /// <inheritdoc/>
    public bool Equals(IpAddr other) => ((_high ^ other._high) | (_low ^ other._low)) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Mix.Fold(_high, _low);

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();
}
