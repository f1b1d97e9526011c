using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>The chunks that were assigned to a subflow and are not yet acknowledged on it, in order of sequence numbers.</summary>
/// <remarks>
/// A chunk is named by how many came before it, so that a record of a sent segment needs one number to find its map.
/// Its bound is the connection's: it assigns no more than <see cref="Subflow.SendSpace"/> says.
/// </remarks>
internal sealed class ChunkQueue
{
    /// <summary>The largest map: its length field has 16 bits (RFC 8684 section 3.3), and a DATA_FIN may add one.</summary>
    public const int MaxLength = 65_534;

    private readonly Deque<ChunkEntry> _entries = new(64);

    // The chunks that no later chunk undercuts: the first has the lowest DSN of all. Reinjected chunks go backwards.
    private readonly Deque<(int Id, Dsn64 Dsn)> _minima = new(64);
    private int _firstId;

    public int Count => _entries.Count;

    private int EndId => IdAt(_entries.Count);

    public ref ChunkEntry this[int index] => ref _entries[index];

    public int IdAt(int index) => unchecked(_firstId + index);

    public ref ChunkEntry Find(int id) => ref _entries[unchecked(id - _firstId)];

    /// <summary>The lowest data sequence number that is still held.</summary>
    public bool TryGetLowest(out Dsn64 dsn)
    {
        dsn = _minima.IsEmpty ? default : _minima.First.Dsn;
        return !_minima.IsEmpty;
    }

    /// <summary>Whether one of the chunks holds a data sequence number: not all between the lowest and the highest need be here.</summary>
    public bool Covers(Dsn64 dsn)
    {
        if (_minima.IsEmpty || _minima.First.Dsn > dsn)
        {
            return false;
        }

        for (var i = 0; i < _entries.Count; i++)
        {
            var chunk = _entries[i].Chunk;
            if (chunk.Dsn <= dsn && dsn < chunk.Dsn + chunk.Length)
            {
                return true;
            }
        }

        return false;
    }

    public void Add(in Chunk chunk, Seq32 start)
    {
        while (!_minima.IsEmpty && _minima.Last.Dsn >= chunk.Dsn)
        {
            _minima.RemoveLast();
        }

        _minima.AddLast((EndId, chunk.Dsn));
        _entries.AddLast(new ChunkEntry(chunk, start));
    }

    /// <summary>Makes the last chunk longer by one that follows it, if none of it was sent and both allow it.</summary>
    public bool TryMerge(in Chunk chunk, Seq32 next)
    {
        if (_entries.IsEmpty)
        {
            return false;
        }

        ref var last = ref _entries.Last;
        var old = last.Chunk;
        if (next > last.Start || !old.IsMergeable || !chunk.IsMergeable || old.HasDataFin || old.Dsn + old.Length != chunk.Dsn
            || old.Length + chunk.Length > MaxLength)
        {
            return false;
        }

        last = new ChunkEntry(
            new Chunk { Dsn = old.Dsn, Length = old.Length + chunk.Length, HasDataFin = chunk.HasDataFin, IsMergeable = true }, last.Start);
        return true;
    }

    public void RemoveAcked(Seq32 acked)
    {
        while (!_entries.IsEmpty && _entries.First.End <= acked)
        {
            _entries.RemoveFirst(1);
            if (_minima.First.Id == _firstId)
            {
                _minima.RemoveFirst(1);
            }

            _firstId = unchecked(_firstId + 1);
        }
    }

    public void Clear()
    {
        _firstId = EndId;
        _entries.Clear();
        _minima.Clear();
    }
}
