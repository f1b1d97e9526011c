using Multipath.Protocol.Buffers;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Connection;

/// <summary>What became of a segment's data.</summary>
internal enum Assembly
{
    /// <summary>It is placed, or held for a mapping or the rest of one.</summary>
    Taken,

    /// <summary>A mapping is complete and its checksum is wrong; <see cref="Assembler.FailedAt"/> says where.</summary>
    ChecksumFailed,

    /// <summary>More came without a mapping than is ever held: the subflow is broken (RFC 8684 section 3.3.1).</summary>
    Unmapped,
}

/// <summary>Places the data of one subflow into the stream, by its mappings (RFC 8684 section 3.3.1).</summary>
/// <remarks>
/// Without checksums mapped data is placed at once, also when the subflow has not its earlier bytes. With checksums a mapping is placed
/// when all of it has come. What has no mapping yet is held, within a bound: the receive window, as the peer sends no more than that.
/// </remarks>
internal sealed class Assembler(ReceiveBuffer stream, int heldLimit, MemoryBudget budget)
{
    private readonly MapTable _maps = new();
    private readonly HeldData _held = new(heldLimit, budget);
    private DssMap _latest;
    private Dsn64? _end;

    /// <summary>Whether mappings carry checksums, which was agreed on in the first handshake.</summary>
    public bool UsesChecksum { get; set; }

    /// <summary>Place in the stream where a mapping begins whose checksum is wrong.</summary>
    public Dsn64 FailedAt { get; private set; }

    /// <summary>Whether bytes wait here.</summary>
    public bool Holds => _held.Count > 0;

    /// <summary>Whether a byte of the subflow has its mapping already.</summary>
    public bool Knows(Seq32 ssn) => _maps.Find(ssn) >= 0 || _latest.Covers(ssn);

    /// <summary>
    /// Whether so many bytes could be held that came before earlier ones. The last place is for those: it is their mapping that makes room.
    /// </summary>
    public bool HasRoomBehindGap(int length) => _held.HasRoomBehindGap(length) && _maps.Count < MapTable.MaxMaps - 1;

    /// <summary>Whether there is memory for so many bytes that have to wait.</summary>
    public bool HasMemoryFor(int length) => _held.HasMemoryFor(length);

    /// <summary>Takes the data of a segment.</summary>
    /// <param name="ssn">Number of its first byte, relative to the SYN's.</param>
    /// <param name="data">The data.</param>
    /// <param name="map">The mapping that the segment carried, if <paramref name="mapped"/>.</param>
    /// <param name="mapped">Whether it carried one.</param>
    public Assembly Take(Seq32 ssn, ReadOnlySpan<byte> data, in DssMap map, bool mapped)
    {
        var end = ssn + data.Length;
        var fits = mapped && map.Length > 0 && map.Ssn < end && ssn < map.EndSsn;
        if (fits && !UsesChecksum && map.Ssn <= ssn && end <= map.EndSsn && (map == _latest || _maps.Agrees(map)))
        {
            stream.Insert(map.At(ssn), data);
            if (map.Length == data.Length)
            {
                return Assembly.Taken;
            }

            Remember(map);
            return _held.Count == 0 ? Assembly.Taken : Settle();
        }

        return TakeSlowly(ssn, data, map, fits);
    }

    /// <summary>Notes where a mapping without data had a wrong checksum.</summary>
    public void Blame(Dsn64 dsn) => FailedAt = dsn;

    /// <summary>Where the stream ends, as a mapping says whose checksum has just been found right.</summary>
    /// <returns>False when none does.</returns>
    public bool TryTakeEnd(out Dsn64 end)
    {
        (end, var found) = (_end.GetValueOrDefault(), _end is not null);
        _end = null;
        return found;
    }

    /// <summary>Forgets mappings of bytes that have all come.</summary>
    /// <param name="inOrder">The first number of the subflow that has not come.</param>
    public void Release(Seq32 inOrder)
    {
        if (_maps.Count > 0 && !UsesChecksum)
        {
            _maps.Release(inOrder);
        }
    }

    /// <summary>
    /// Places what is held from <paramref name="from"/> on without asking for a mapping: an infinite one has come (section 3.7).
    /// </summary>
    public void PlaceAll(Seq32 from, Dsn64 at)
    {
        for (var i = 0; i < _held.Count; i++)
        {
            stream.Insert(at + (_held.Start(i) - from), _held[i]);
        }

        Free();
    }

    /// <summary>Gives the memory back.</summary>
    public void Free() => _held.Free();

    private void Remember(in DssMap map)
    {
        if (map != _latest && _maps.TryAdd(map))
        {
            _latest = map;
        }
    }

    private Assembly TakeSlowly(Seq32 ssn, ReadOnlySpan<byte> data, in DssMap map, bool fits)
    {
        if (fits)
        {
            Remember(map);
        }

        if (UsesChecksum && fits && map.Ssn == ssn && map.Length == data.Length && _held.Count == 0 && _maps.Agrees(map))
        {
            return Verified(map, Checksum.Sum(data)) ? PlaceWhole(map, data) : Fail(map);
        }

        if (!_held.TryAdd(ssn, data))
        {
            return Assembly.Unmapped;
        }

        // Where not even another segment like this could come, what is held would never get its mapping.
        var result = Settle();
        return result == Assembly.Taken && !UsesChecksum && !_held.HasRoomFor(data.Length) ? Assembly.Unmapped : result;
    }

    private Assembly PlaceWhole(in DssMap map, ReadOnlySpan<byte> data)
    {
        stream.Insert(map.Dsn, data);
        Forget(map);
        NoteEnd(map);
        return Assembly.Taken;
    }

    private void NoteEnd(in DssMap map) => _end = map.DataFin ? map.Dsn + map.Length : _end;

    private Assembly Fail(in DssMap map)
    {
        FailedAt = map.Dsn;
        return Assembly.ChecksumFailed;
    }

    // Places what is held and has its mapping now, and with checksums all of it.
    private Assembly Settle()
    {
        for (var i = 0; i < _maps.Count;)
        {
            var map = _maps[i];
            if (!UsesChecksum)
            {
                PlaceHeld(map);
                i++;
                continue;
            }

            if (!_held.Covers(map.Ssn, map.EndSsn))
            {
                i++;
                continue;
            }

            if (!Verified(map, SumHeld(map)))
            {
                return Fail(map);
            }

            PlaceHeld(map);
            NoteEnd(map);
            _maps.RemoveAt(i);
        }

        return Assembly.Taken;
    }

    private void PlaceHeld(in DssMap map)
    {
        for (var i = _held.FirstEndingAfter(map.Ssn); i < _held.Count && _held.Start(i) < map.EndSsn; i++)
        {
            var piece = Clip(i, map, out var start);
            stream.Insert(map.At(start), piece);
        }

        _held.Remove(map.Ssn, map.EndSsn);
    }

    private ushort SumHeld(in DssMap map)
    {
        ushort sum = 0;
        for (var i = _held.FirstEndingAfter(map.Ssn); i < _held.Count && _held.Start(i) < map.EndSsn; i++)
        {
            var piece = Clip(i, map, out var start);
            sum = Checksum.Append(sum, start - map.Ssn, Checksum.Sum(piece));
        }

        return sum;
    }

    private ReadOnlySpan<byte> Clip(int index, in DssMap map, out Seq32 start)
    {
        var piece = _held[index];
        var pieceStart = _held.Start(index);
        start = Seq32.Later(pieceStart, map.Ssn);
        var end = Seq32.Earlier(pieceStart + piece.Length, map.EndSsn);
        return piece[(start - pieceStart)..(end - pieceStart)];
    }

    private void Forget(in DssMap map)
    {
        var index = _maps.Find(map.Ssn);
        if (index >= 0)
        {
            _maps.RemoveAt(index);
        }
    }

    private static bool Verified(in DssMap map, ushort sum) => MapChecksum.Of(map, sum) == map.Checksum;
}
