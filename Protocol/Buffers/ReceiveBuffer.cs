using System.Diagnostics;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Buffers;

/// <summary>
/// The bytes that came, by data sequence number, from the first that the application has not read to the edge of the window.
/// </summary>
/// <remarks>
/// What comes out of order goes straight to its place. Of bytes that come twice the first are kept (RFC 8684 section 3.3.1). The window
/// only grows, so its right edge never moves back (section 3.3.4).
/// </remarks>
internal sealed class ReceiveBuffer
{
    private readonly RangeSet _early;
    private readonly int _maxWindow;
    private Ring _ring;
    private int _window;
    private Dsn64? _end;

    /// <summary>Creates an empty buffer.</summary>
    /// <param name="next">Number of the first byte that is expected.</param>
    /// <param name="window">Bytes that the window has at first.</param>
    /// <param name="maxWindow">Bytes that it may grow to.</param>
    /// <param name="maxRanges">Ranges that may wait for an earlier byte; what would be one more is dropped.</param>
    /// <param name="budget">Where the memory comes from.</param>
    public ReceiveBuffer(Dsn64 next, int window, int maxWindow, int maxRanges, MemoryBudget budget)
    {
        _early = new RangeSet(maxRanges);
        _maxWindow = maxWindow;
        _window = Math.Min(window, maxWindow);
        _ring = new Ring(budget);
        ReadFrom = Next = next;
    }

    /// <summary>The next byte for the application.</summary>
    public Dsn64 ReadFrom { get; private set; }

    /// <summary>The first byte that has not come: what the data ACK says.</summary>
    public Dsn64 Next { get; private set; }

    /// <summary>The number after the last byte that may come.</summary>
    public Dsn64 WindowEdge => ReadFrom + _window;

    /// <summary>Bytes that may come from <see cref="Next"/> on: what is advertised.</summary>
    public int Window => (int)(WindowEdge - Next);

    /// <summary>Bytes that can be read now.</summary>
    public int Available => (int)(Next - ReadFrom);

    /// <summary>True when bytes wait for earlier ones.</summary>
    public bool HasEarlyData => _early.Count > 0;

    /// <summary>Bytes of the whole window.</summary>
    public int WindowSize => _window;

    /// <summary>Bytes that came more than once, or too far ahead, and were dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes bytes that came at <paramref name="at"/>; what is known already or lies outside the window is left.</summary>
    /// <returns>Bytes that <see cref="Next"/> moved by.</returns>
    public int Insert(Dsn64 at, ReadOnlySpan<byte> data)
    {
        var length = data.Length;
        Clip(ref at, ref data);
        if (data.IsEmpty || !_ring.TryReserve(ReadFrom, Extent(), (int)(at - ReadFrom) + data.Length))
        {
            Dropped += length;
            return 0;
        }

        if (_early.Count == 0 && at == Next)
        {
            _ring.Store(at, data);
            Next += data.Length;
            Dropped += length - data.Length;
            return data.Length;
        }

        var stored = StoreAround(at, data);
        Dropped += length - stored;
        return Advance();
    }

    /// <summary>The stream ends before a number: nothing is taken from there on.</summary>
    /// <returns>False when it is known to end elsewhere, or bytes behind the number have come.</returns>
    public bool TryEnd(Dsn64 end)
    {
        if (_end is { } known)
        {
            return known == end;
        }

        if (end < Next || (_early.Count > 0 && _early[_early.Count - 1].End > end))
        {
            return false;
        }

        _end = end;
        return true;
    }

    /// <summary>Starts at another number, before anything has come: the peer's key tells where its stream begins.</summary>
    public void Rebase(Dsn64 next)
    {
        Debug.Assert(Available == 0 && !HasEarlyData, "nothing has come yet");
        ReadFrom = Next = next;
    }

    /// <summary>Whether bytes inside the window would find room: what must not be acknowledged unless it can be kept.</summary>
    public bool CanPlace(Dsn64 at, int length)
    {
        var end = at + length;
        if (end <= Next || at >= WindowEdge)
        {
            return true;
        }

        return (at <= Next || _early.Count < _early.Capacity)
            && _ring.TryReserve(ReadFrom, Extent(), (int)(Dsn64.Earlier(end, WindowEdge) - ReadFrom));
    }

    /// <summary>Readable bytes in one piece, for a reader that has no buffer of its own; valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadSpan()
    {
        _ring.Span(ReadFrom, Available, out var first, out _);
        return first;
    }

    /// <summary>Removes bytes that <see cref="ReadSpan"/> gave.</summary>
    public void Consume(int count)
    {
        Debug.Assert(count >= 0 && count <= Available, "only what was given can be consumed");
        ReadFrom += count;
        if (ReadFrom == Next && _early.Count == 0)
        {
            _ring.Free();
        }
    }

    /// <summary>Moves bytes to the reader.</summary>
    /// <returns>Bytes moved.</returns>
    public int Read(Span<byte> destination)
    {
        var length = Math.Min(destination.Length, Available);
        _ring.Span(ReadFrom, length, out var first, out var second);
        first.CopyTo(destination);
        second.CopyTo(destination[first.Length..]);
        Consume(length);
        return length;
    }

    /// <summary>Doubles the window, up to its bound.</summary>
    public void GrowWindow() => _window = (int)Math.Min(_maxWindow, 2L * _window);

    /// <summary>Gives the memory back and forgets what was not read.</summary>
    public void Free()
    {
        _early.Clear();
        ReadFrom = Next;
        _ring.Free();
    }

    private void Clip(ref Dsn64 at, ref ReadOnlySpan<byte> data)
    {
        var old = Next - at;
        if (old > 0)
        {
            if (old >= data.Length)
            {
                data = [];
                return;
            }

            data = data[(int)old..];
            at = Next;
        }

        var room = (_end is { } end ? Dsn64.Earlier(WindowEdge, end) : WindowEdge) - at;
        if (room < data.Length)
        {
            data = room <= 0 ? [] : data[..(int)room];
        }
    }

    private int Extent() => (int)((_early.Count > 0 ? _early[_early.Count - 1].End : Next) - ReadFrom);

    // Copies only where nothing is yet: the first bytes win.
    private int StoreAround(Dsn64 at, ReadOnlySpan<byte> data)
    {
        var end = at + data.Length;
        var index = _early.FirstEndingAfter(at);
        var touchesNone = index == _early.Count || _early[index].Start >= end;
        if (touchesNone)
        {
            // A range that only touches a neighbour takes no place of its own, and TryAdd knows.
            if (!_early.TryAdd(at, end))
            {
                return 0;
            }

            _ring.Store(at, data);
            return data.Length;
        }

        var stored = 0;
        var position = at;
        for (; index < _early.Count && position < end; index++)
        {
            var range = _early[index];
            if (range.Start >= end)
            {
                break;
            }

            if (range.Start > position)
            {
                var gap = (int)(range.Start - position);
                _ring.Store(position, data.Slice((int)(position - at), gap));
                stored += gap;
            }

            position = range.End;
        }

        if (position < end)
        {
            _ring.Store(position, data[(int)(position - at)..]);
            stored += (int)(end - position);
        }

        // It overlaps a range, so it joins one: no further place is needed.
        _early.TryAdd(at, end);
        return stored;
    }

    private int Advance()
    {
        if (_early.Count == 0 || _early[0].Start != Next)
        {
            return 0;
        }

        var moved = (int)_early[0].Length;
        Next = _early[0].End;
        _early.RemoveFirst();
        return moved;
    }
}
