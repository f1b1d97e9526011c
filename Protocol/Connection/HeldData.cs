using Multipath.Protocol.Buffers;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>
/// Bytes of a subflow that cannot be placed yet, by subflow number: they lack a mapping, or the rest that their checksum spans.
/// </summary>
/// <remarks>Pieces do not overlap: of bytes that come twice the first are kept.</remarks>
/// <param name="limit">Bytes at most.</param>
/// <param name="budget">Where the memory comes from: a peer chooses how many subflows hold as much as they may.</param>
internal sealed class HeldData(int limit, MemoryBudget budget)
{
    /// <summary>Pieces, whatever their size: a peer that sends single bytes pays for the arrays as we do.</summary>
    private const int MaxPieces = 1024;

    /// <summary>
    /// Bytes that are left for what comes in order: a mapping, which it may have to complete, and a merged segment that reaches beyond.
    /// Without them what waits for the rest of its mapping could keep out that very rest.
    /// </summary>
    public const int Reserve = 2 << 16;

    // In order a piece is added at most, and then grows.
    private const int ReservedPieces = 64;

    private Piece[] _pieces = [];

    /// <summary>Number of pieces.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes held.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether so many bytes more may be held.</summary>
    public bool HasRoomFor(int length) => Bytes + length <= limit && Count < MaxPieces;

    /// <summary>Whether so many bytes more may be held that came before earlier ones.</summary>
    public bool HasRoomBehindGap(int length) => Bytes + length <= limit - Reserve && Count < MaxPieces - ReservedPieces;

    /// <summary>Whether there is memory for so many bytes more.</summary>
    public bool HasMemoryFor(int length) => budget.HasRoomFor(length);

    /// <summary>The piece at an index, lowest subflow number first.</summary>
    public ReadOnlySpan<byte> this[int index] => _pieces[index].Span;

    /// <summary>Number of a piece's first byte.</summary>
    public Seq32 Start(int index) => _pieces[index].Start;

    /// <summary>Takes a copy of what is not held yet.</summary>
    /// <returns>False when the bound does not allow it; a part may have been taken.</returns>
    public bool TryAdd(Seq32 start, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var place = FirstEndingAfter(start);
            var room = data.Length;
            if (place < Count)
            {
                var lead = _pieces[place].Start - start;
                if (lead <= 0)
                {
                    var known = Math.Min(data.Length, _pieces[place].End - start);
                    start += known;
                    data = data[known..];
                    continue;
                }

                room = Math.Min(room, lead);
            }

            if (!TryPut(place, start, data[..room]))
            {
                return false;
            }

            start += room;
            data = data[room..];
        }

        return true;
    }

    /// <summary>Index of the first piece that ends after a number; <see cref="Count"/> when there is none.</summary>
    public int FirstEndingAfter(Seq32 ssn)
    {
        var place = Count;
        while (place > 0 && _pieces[place - 1].End > ssn)
        {
            place--;
        }

        return place;
    }

    /// <summary>Whether every byte of a range is held.</summary>
    public bool Covers(Seq32 from, Seq32 to)
    {
        for (var i = FirstEndingAfter(from); from < to; i++)
        {
            if (i == Count || _pieces[i].Start > from)
            {
                return false;
            }

            from = _pieces[i].End;
        }

        return true;
    }

    /// <summary>Removes the bytes of a range; pieces that reach out of it keep the rest.</summary>
    public void Remove(Seq32 from, Seq32 to)
    {
        for (var i = FirstEndingAfter(from); i < Count && _pieces[i].Start < to;)
        {
            var piece = _pieces[i];
            RemoveAt(i);
            if (piece.End > to)
            {
                Insert(i, to, piece.Span[(to - piece.Start)..]);
            }

            if (piece.Start < from)
            {
                Insert(i, piece.Start, piece.Span[..(from - piece.Start)]);
                i++;
            }

            budget.Return(piece.Array);
        }
    }

    /// <summary>Gives everything back.</summary>
    public void Free()
    {
        for (var i = 0; i < Count; i++)
        {
            budget.Return(_pieces[i].Array);
        }

        _pieces = [];
        Count = Bytes = 0;
    }

    private bool TryPut(int place, Seq32 start, ReadOnlySpan<byte> data)
    {
        if (Bytes + data.Length > limit || !HasMemoryFor(data.Length))
        {
            return false;
        }

        // Pieces that are few are spared: one that goes on where another ends is joined to it.
        if (Count >= MaxPieces - ReservedPieces && place > 0 && _pieces[place - 1].End == start)
        {
            Extend(place - 1, data);
            return true;
        }

        if (Count == MaxPieces)
        {
            return false;
        }

        Insert(place, start, data);
        return true;
    }

    private void Extend(int place, ReadOnlySpan<byte> data)
    {
        var (start, array, length) = _pieces[place];
        if (array.Length < length + data.Length)
        {
            var larger = budget.Rent(Math.Max(2 * length, length + data.Length));
            array.AsSpan(0, length).CopyTo(larger);
            budget.Return(array);
            array = larger;
        }

        data.CopyTo(array.AsSpan(length));
        _pieces[place] = new Piece(start, array, length + data.Length);
        Bytes += data.Length;
    }

    private void Insert(int place, Seq32 start, ReadOnlySpan<byte> data)
    {
        if (Count == _pieces.Length)
        {
            Array.Resize(ref _pieces, Math.Max(8, 2 * Count));
        }

        var array = budget.Rent(data.Length);
        data.CopyTo(array);
        Array.Copy(_pieces, place, _pieces, place + 1, Count - place);
        _pieces[place] = new Piece(start, array, data.Length);
        Count++;
        Bytes += data.Length;
    }

    private void RemoveAt(int index)
    {
        Bytes -= _pieces[index].Length;
        Count--;
        Array.Copy(_pieces, index + 1, _pieces, index, Count - index);
    }

    private readonly record struct Piece(Seq32 Start, byte[] Array, int Length)
    {
        public Seq32 End => Start + Length;

        public ReadOnlySpan<byte> Span => Array.AsSpan(0, Length);
    }
}
