using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>What was received behind a gap, and in which order to report it (RFC 2018 section 4, RFC 2883).</summary>
internal sealed class ReceivedRanges
{
    /// <summary>
    /// Ranges that are remembered; a segment that would make one more is dropped. A peer with a window of 8192 segments has to lose
    /// each 32nd of them to get there, and one that is hostile gets no further.
    /// </summary>
    public const int MaxCount = 256;

    private readonly Deque<Range> _ranges = new(8);
    private uint _clock;

    public int Count => _ranges.Count;

    /// <summary>Takes a range in.</summary>
    /// <returns>False when it adds nothing, or when there are too many: <paramref name="isKnown"/> tells which.</returns>
    public bool TryAdd(Seq32 start, Seq32 end, out bool isKnown)
    {
        isKnown = false;
        var first = FirstEndingAtOrAfter(start);
        if (first == _ranges.Count || _ranges[first].Start > end)
        {
            if (_ranges.Count == MaxCount)
            {
                return false;
            }

            _ranges.Insert(first, new Range(start, end, ++_clock));
            return true;
        }

        ref var touched = ref _ranges[first];
        if (touched.Start <= start && end <= touched.End)
        {
            isKnown = true;
            touched = touched with { Stamp = ++_clock };
            return false;
        }

        var merged = new Range(Seq32.Earlier(start, touched.Start), Seq32.Later(end, touched.End), ++_clock);
        while (first + 1 < _ranges.Count && _ranges[first + 1].Start <= merged.End)
        {
            merged = merged with { End = Seq32.Later(merged.End, _ranges[first + 1].End) };
            _ranges.RemoveAt(first + 1);
        }

        _ranges[first] = merged;
        return true;
    }

    /// <summary>Takes away what is in order now.</summary>
    /// <returns>The number behind all that is in order.</returns>
    public Seq32 Absorb(Seq32 next)
    {
        while (!_ranges.IsEmpty && _ranges.First.Start <= next)
        {
            next = Seq32.Later(next, _ranges.First.End);
            _ranges.RemoveFirst(1);
        }

        return next;
    }

    /// <summary>Reports the most recently changed ranges, the last one first.</summary>
    public void Report(ref SackBlocks blocks, int max)
    {
        var below = uint.MaxValue;
        while (blocks.Count < max)
        {
            var newest = -1;
            for (var i = 0; i < _ranges.Count; i++)
            {
                if (_ranges[i].Stamp < below && (newest < 0 || _ranges[i].Stamp > _ranges[newest].Stamp))
                {
                    newest = i;
                }
            }

            if (newest < 0)
            {
                return;
            }

            below = _ranges[newest].Stamp;
            blocks.TryAdd(new SackBlock(_ranges[newest].Start, _ranges[newest].End));
        }
    }

    private int FirstEndingAtOrAfter(Seq32 seq)
    {
        // Most segments belong to the last range.
        var i = _ranges.Count;
        while (i > 0 && _ranges[i - 1].End >= seq)
        {
            i--;
        }

        return i;
    }

    private readonly record struct Range(Seq32 Start, Seq32 End, uint Stamp);
}
