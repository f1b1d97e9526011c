using System.Buffers.Binary;

namespace Multipath.Lab.Traffic;

/// <summary>An endless stream of bytes from a seed that never repeats: a lost, doubled or moved block changes its hash.</summary>
internal sealed class SeededContent(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Fills a buffer with the stream's next bytes; its length is a multiple of 8.</summary>
    internal void Fill(Span<byte> buffer)
    {
        for (var i = 0; i + sizeof(ulong) <= buffer.Length; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[i..], Next());
        }
    }

    /// <summary>A Weyl sequence through a mixer (SplitMix64).</summary>
    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
