using System.Buffers.Binary;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>The left 160 bits of an HMAC-SHA256, which the third ACK of a join carries (RFC 8684 section 3.2).</summary>
/// <param name="First">Bytes 0 to 7.</param>
/// <param name="Second">Bytes 8 to 15.</param>
/// <param name="Third">Bytes 16 to 19.</param>
public readonly record struct Hmac160(ulong First, ulong Second, uint Third)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 20;

    /// <summary>Reads it from the start of a span.</summary>
    /// <param name="source">At least <see cref="Length"/> bytes.</param>
    public static Hmac160 Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64BigEndian(source),
        BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[16..]));

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, First);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Second);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], Third);
    }

    /// <summary>Compares all bits whatever differs, so that the time tells a forger nothing.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(Hmac160 other) => ((First ^ other.First) | (Second ^ other.Second) | (Third ^ other.Third)) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => Third.GetHashCode();
}
