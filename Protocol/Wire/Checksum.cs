using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Wire;

/// <summary>The Internet checksum (RFC 1071) of IP, TCP, ICMP and of MPTCP's mappings.</summary>
/// <remarks>
/// A sum is the one's complement sum of 16-bit words in network order, folded to 16 bits; sums are added by <see cref="Add"/>.
/// A checksum is the complement of a sum. The words are summed in the order of the machine, 32 bytes at a time: the byte order
/// of a one's complement sum is changed by swapping its bytes once at the end (RFC 1071 section 2).
/// </remarks>
public static class Checksum
{
    private const ulong LowHalf = uint.MaxValue;

    /// <summary>Bytes that are copied before they are summed; an even number, well within the first cache.</summary>
    private const int CopyBlock = 4096;

    /// <summary>The sum of bytes; an odd last byte counts as if a zero followed.</summary>
    /// <param name="data">Any length.</param>
    public static ushort Sum(ReadOnlySpan<byte> data) => Network(SumWords(data));

    /// <summary>Copies bytes and sums them, block by block, while a block is in the nearest cache.</summary>
    /// <remarks>Measured: faster by half than one loop that loads, stores and adds.</remarks>
    /// <param name="source">Any length.</param>
    /// <param name="destination">At least as long; must not overlap the source.</param>
    public static ushort CopyAndSum(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ulong sum = 0;
        while (source.Length > CopyBlock)
        {
            source[..CopyBlock].CopyTo(destination);
            sum += SumWords(source[..CopyBlock]);
            source = source[CopyBlock..];
            destination = destination[CopyBlock..];
        }

        source.CopyTo(destination);
        return Network(sum + SumWords(source));
    }

    /// <summary>The sum of two sums whose bytes follow each other at an even distance.</summary>
    /// <param name="first">A sum.</param>
    /// <param name="second">A sum.</param>
    public static ushort Add(ushort first, ushort second) => Fold((ulong)first + second);

    /// <summary>The sum over bytes that follow others, wherever they start.</summary>
    /// <param name="first">The sum of what comes before.</param>
    /// <param name="firstLength">How many bytes that is: behind an odd number the second sum's bytes change places.</param>
    /// <param name="second">The sum of what follows.</param>
    public static ushort Append(ushort first, int firstLength, ushort second) =>
        Add(first, (firstLength & 1) == 0 ? second : BinaryPrimitives.ReverseEndianness(second));

    /// <summary>The sum of a pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1).</summary>
    /// <param name="tuple">Source and destination, in either order.</param>
    /// <param name="protocol">The protocol's number.</param>
    /// <param name="length">Bytes of the segment.</param>
    public static ushort PseudoHeader(in FourTuple tuple, byte protocol, int length) =>
        PseudoHeader(tuple.Local.Address, tuple.Remote.Address, protocol, length);

    /// <summary>The checksum of a mapping (RFC 8684 section 3.3.1).</summary>
    /// <param name="dsn">The first number of the mapping, at its full width whatever was sent.</param>
    /// <param name="subflowSeq">The relative subflow sequence number of the mapping.</param>
    /// <param name="length">The length of the mapping, a DATA_FIN included.</param>
    /// <param name="payload">The sum of the bytes that are mapped.</param>
    public static ushort Dss(Dsn64 dsn, uint subflowSeq, ushort length, ushort payload)
    {
        var sum = (dsn.Value >> 32) + (uint)dsn.Value + subflowSeq + length + payload;
        return (ushort)~Fold(sum);
    }

    internal static ushort PseudoHeader(IpAddr source, IpAddr destination, byte protocol, int length)
    {
        var sum = (uint)protocol + (ulong)(uint)length;
        sum += source.IsV4
            ? (source.Low & LowHalf) + (destination.Low & LowHalf)
            : Halves(source.High) + Halves(source.Low) + Halves(destination.High) + Halves(destination.Low);
        return Fold(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Halves(ulong words) => (words >> 32) + (words & LowHalf);

    // Words in the order of the machine, not folded: below 2^61 for any span.
    private static ulong SumWords(ReadOnlySpan<byte> data)
    {
        ulong sum = 0;
        if (data.Length >= Vector256<byte>.Count)
        {
            var low = Vector256<ulong>.Zero;
            var high = Vector256<ulong>.Zero;
            var vectors = MemoryMarshal.Cast<byte, Vector256<ulong>>(data);
            foreach (var words in vectors)
            {
                // Halves of 32 bits in sums of 64: no carry is lost.
                low += words & Vector256.Create(LowHalf);
                high += words >> 32;
            }

            sum = Vector256.Sum(low + high);
            data = data[(vectors.Length * Vector256<byte>.Count)..];
        }

        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            sum += Halves(MemoryMarshal.Read<ulong>(data));
        }

        return data.IsEmpty ? sum : sum + SumTail(data);
    }

    private static ulong SumTail(ReadOnlySpan<byte> tail)
    {
        ulong sum = 0;
        if (tail.Length >= sizeof(uint))
        {
            sum += MemoryMarshal.Read<uint>(tail);
            tail = tail[sizeof(uint)..];
        }

        if (tail.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(tail);
            tail = tail[sizeof(ushort)..];
        }

        return tail.IsEmpty ? sum : sum + (BitConverter.IsLittleEndian ? tail[0] : (ulong)tail[0] << 8);
    }

    private static ushort Network(ulong sum)
    {
        var folded = Fold(sum);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(folded) : folded;
    }

    // Three steps are enough: 64 bits to 33, to 17 or 18, and each of the last two carries at most one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Fold(ulong sum)
    {
        sum = (sum >> 32) + (sum & LowHalf);
        sum = (sum >> 32) + (sum & LowHalf);
        var half = (uint)sum;
        half = (half >> 16) + (half & 0xFFFF);
        return (ushort)((half >> 16) + half);
    }
}
