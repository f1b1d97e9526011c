using System.Buffers.Binary;
using System.Numerics;

namespace Multipath.Protocol.Primitives;

/// <summary>Numbers that follow from a seed, for simulation: xoshiro256** (Blackman, Vigna), its state filled by SplitMix64.</summary>
public sealed class SeededEntropy : IEntropy
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts the sequence of a seed.</summary>
    /// <param name="seed">Any number.</param>
    public SeededEntropy(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
            var shifted = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= shifted;
            _s3 = BitOperations.RotateLeft(_s3, 45);
            return result;
        }
    }

    /// <summary>The next number in [0, 1), of 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1ul << 53));

    /// <summary>The next number in [0, <paramref name="limit"/>).</summary>
    /// <param name="limit">Above 0.</param>
    public int Below(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return (int)Math.BigMul(NextUInt64(), (ulong)limit, out _);
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        for (; destination.Length >= sizeof(ulong); destination = destination[sizeof(ulong)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, NextUInt64());
        }

        for (var rest = NextUInt64(); !destination.IsEmpty; destination = destination[1..], rest >>= 8)
        {
            destination[0] = (byte)rest;
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E37_79B9_7F4A_7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
            return z ^ (z >> 31);
        }
    }
}
