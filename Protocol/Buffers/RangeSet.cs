using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Buffers;

/// <summary>A half-open range of data sequence numbers.</summary>
internal readonly record struct DsnRange(Dsn64 Start, Dsn64 End)
{
    /// <summary>Bytes in the range.</summary>
    public long Length => End - Start;
}

/// <summary>Ranges that do not touch, in order, in a bounded array.</summary>
internal sealed class RangeSet(int capacity)
{
    // A connection with a loss or two has a handful of ranges; the rest of the bound is only paid for when it is needed.
    private DsnRange[] _ranges = new DsnRange[Math.Min(8, capacity)];

    /// <summary>The bound of <see cref="Count"/>.</summary>
    public int Capacity => capacity;

    /// <summary>Number of ranges.</summary>
    public int Count { get; private set; }

    /// <summary>The range at an index, lowest first.</summary>
    public ref readonly DsnRange this[int index] => ref _ranges[index];

    /// <summary>Index of the first range that ends after <paramref name="at"/>; <see cref="Count"/> when there is none.</summary>
    public int FirstEndingAfter(Dsn64 at)
    {
        // What arrives out of order is mostly the next byte after the highest range.
        if (Count > 0 && _ranges[Count - 1].End <= at)
        {
            return Count;
        }

        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (_ranges[middle].End <= at)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Adds a range and joins what it touches.</summary>
    /// <returns>False when it would be one range more than the bound; nothing has changed then.</returns>
    public bool TryAdd(Dsn64 start, Dsn64 end)
    {
        var first = FirstEndingAfter(start);
        if (first > 0 && _ranges[first - 1].End == start)
        {
            first--;
        }

        var last = first;
        while (last < Count && _ranges[last].Start <= end)
        {
            start = _ranges[last].Start < start ? _ranges[last].Start : start;
            end = _ranges[last].End > end ? _ranges[last].End : end;
            last++;
        }

        if (last == first)
        {
            if (Count == capacity)
            {
                return false;
            }

            if (Count == _ranges.Length)
            {
                Array.Resize(ref _ranges, Math.Min(capacity, 2 * Count));
            }
        }

        Array.Copy(_ranges, last, _ranges, first + 1, Count - last);
        _ranges[first] = new DsnRange(start, end);
        Count += first + 1 - last;
        return true;
    }

    /// <summary>Removes the lowest range.</summary>
    public void RemoveFirst()
    {
        Count--;
        Array.Copy(_ranges, 1, _ranges, 0, Count);
    }

    /// <summary>Removes all.</summary>
    public void Clear() => Count = 0;
}
