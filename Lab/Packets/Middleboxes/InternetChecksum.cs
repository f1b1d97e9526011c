using System.Buffers.Binary;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// The Internet checksum (RFC 1071) in its plainest form, and its correction after a change (RFC 1624 equation 3), by which a sum that
/// was wrong stays wrong.
/// </summary>
internal static class InternetChecksum
{
    /// <summary>The one's complement sum of 16-bit words, folded, not inverted. An odd last byte is the high half of a word.</summary>
    internal static uint Sum(ReadOnlySpan<byte> bytes, uint start = 0)
    {
        ulong sum = start;
        while (bytes.Length >= sizeof(ulong))
        {
            var words = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            sum += (words >> 32) + (uint)words;
            bytes = bytes[sizeof(ulong)..];
        }

        if (bytes.Length >= sizeof(uint))
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        if (bytes.Length > 0)
        {
            sum += (uint)bytes[0] << 8;
        }

        return Fold(sum);
    }

    /// <summary>What a checksum field becomes when words that summed up to one value now sum up to another.</summary>
    internal static ushort Correct(ushort field, uint before, uint after) =>
        (ushort)~Fold((ulong)(ushort)~field + (ushort)~Fold(before) + Fold(after));

    private static uint Fold(ulong sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (uint)sum;
    }
}
