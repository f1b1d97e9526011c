using System.Numerics;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Buffers;

/// <summary>Bytes addressed by data sequence number: an array of a power of two, where a number's place is its low bits.</summary>
/// <remarks>The owner knows which numbers are inside; growing keeps each byte at its number.</remarks>
internal struct Ring(MemoryBudget budget)
{
    /// <summary>The smallest array: one burst of a subflow.</summary>
    public const int MinCapacity = 64 * 1024;

    private byte[] _bytes = [];
    private int _usual = MinCapacity;
    private int _peak;

    /// <summary>Bytes that the array has room for; 0 before the first use.</summary>
    public readonly int Capacity => _bytes.Length;

    /// <summary>
    /// Makes room for <paramref name="extent"/> bytes from <paramref name="from"/>, of which the first <paramref name="held"/> are
    /// kept.
    /// </summary>
    /// <returns>False when the stack's memory is used up; nothing has changed then.</returns>
    public bool TryReserve(Dsn64 from, int held, int extent)
    {
        _peak = Math.Max(_peak, extent);
        if (extent <= _bytes.Length)
        {
            return true;
        }

        var needed = Math.Max(MinCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)extent));
        if ((budget.TryRent(Math.Max(_usual, needed)) ?? budget.TryRent(needed)) is not { } larger)
        {
            return false;
        }

        if (held > 0)
        {
            Span(from, held, out var first, out var second);
            var old = _bytes;
            _bytes = larger;
            Store(from, first);
            Store(from + first.Length, second);
            budget.Return(old);
        }
        else
        {
            if (_bytes.Length > 0)
            {
                budget.Return(_bytes);
            }

            _bytes = larger;
        }

        return true;
    }

    /// <summary>Copies bytes to their place; room must have been reserved.</summary>
    public readonly void Store(Dsn64 at, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        var index = Index(at);
        var straight = Math.Min(data.Length, _bytes.Length - index);
        data[..straight].CopyTo(_bytes.AsSpan(index));
        data[straight..].CopyTo(_bytes);
    }

    /// <summary>The bytes from <paramref name="at"/> on, in one piece or, where the array wraps, in two.</summary>
    public readonly void Span(Dsn64 at, int length, out Span<byte> first, out Span<byte> second)
    {
        if (length == 0)
        {
            first = second = default;
            return;
        }

        var index = Index(at);
        var straight = Math.Min(length, _bytes.Length - index);
        first = _bytes.AsSpan(index, straight);
        second = _bytes.AsSpan(0, length - straight);
    }

    /// <summary>
    /// Gives the array back. The next one has the size that was of use, so that a fast connection does not grow again and again.
    /// </summary>
    public void Free()
    {
        if (_bytes.Length == 0)
        {
            return;
        }

        _usual = _peak > _bytes.Length / 4 ? _bytes.Length : Math.Max(MinCapacity, _bytes.Length / 2);
        _peak = 0;
        budget.Return(_bytes);
        _bytes = [];
    }

    private readonly int Index(Dsn64 at) => (int)at.Value & (_bytes.Length - 1);
}
