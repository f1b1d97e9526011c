using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>
/// What transfers carry: a stretch of random bytes that repeats at a length which is no multiple of any buffer's, entered at a place that
/// the seed and the direction choose. A byte that is wrong, lost, doubled or moved differs from what is expected at its place.
/// </summary>
/// <param name="seed">Of the run.</param>
/// <param name="up">From the client.</param>
internal readonly struct Content(ulong seed, bool up)
{
    private const int Period = (1 << 20) + 7919;
    private static readonly byte[] Stretch = Fill();
    private readonly int _entry = (int)((seed * 0x9E3779B97F4A7C15 ^ (up ? 0x5851F42D4C957F2DUL : 0)) % Period);

    /// <summary>The bytes at an offset of the stream: up to a limit, and at least one.</summary>
    internal ReadOnlySpan<byte> At(long offset, int limit)
    {
        var place = (int)((_entry + offset) % Period);
        return Stretch.AsSpan(place, Math.Min(limit, Period - place));
    }

    /// <summary>Compares what was read at an offset with what is to be there.</summary>
    /// <returns>How many bytes are wrong, and the offset of the first; 0 and -1 when all are right.</returns>
    internal (int Wrong, long First) Compare(long offset, ReadOnlySpan<byte> read)
    {
        var (wrong, first) = (0, -1L);
        while (!read.IsEmpty)
        {
            var expected = At(offset, read.Length);
            if (!read.StartsWith(expected))
            {
                for (var index = 0; index < expected.Length; index++)
                {
                    if (read[index] != expected[index])
                    {
                        first = first < 0 ? offset + index : first;
                        wrong++;
                    }
                }
            }

            offset += expected.Length;
            read = read[expected.Length..];
        }

        return (wrong, first);
    }

    private static byte[] Fill()
    {
        var stretch = new byte[Period];
        new SeededEntropy(0).Fill(stretch);
        return stretch;
    }
}
