using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>The mappings of a subflow that reach beyond what has come, in order of subflow number, in a bounded array.</summary>
internal sealed class MapTable
{
    /// <summary>A window of 16 MB in mappings of 64 KB; a mapping that finds no place comes again with the next segment.</summary>
    public const int MaxMaps = 256;

    private DssMap[] _maps = new DssMap[4];

    /// <summary>Number of mappings.</summary>
    public int Count { get; private set; }

    /// <summary>The mapping at an index, lowest subflow number first.</summary>
    public ref readonly DssMap this[int index] => ref _maps[index];

    /// <summary>Adds a mapping. What is known stays as it is: a mapping cannot be changed (RFC 8684 section 3.3.1).</summary>
    /// <returns>False when it contradicts a known one, or there is no place.</returns>
    public bool TryAdd(in DssMap map)
    {
        var place = Count;
        while (place > 0 && _maps[place - 1].EndSsn > map.Ssn)
        {
            place--;
            if (_maps[place].Ssn < map.EndSsn)
            {
                // An overlap: the same bytes go to the same places, or the newer mapping is not taken.
                if (_maps[place] == map)
                {
                    return true;
                }

                if (!map.AgreesWith(_maps[place]))
                {
                    return false;
                }
            }
        }

        if (Count == MaxMaps)
        {
            return false;
        }

        if (Count == _maps.Length)
        {
            Array.Resize(ref _maps, 2 * Count);
        }

        Array.Copy(_maps, place, _maps, place + 1, Count - place);
        _maps[place] = map;
        Count++;
        return true;
    }

    /// <summary>Whether a mapping may be used beside those that are known.</summary>
    public bool Agrees(in DssMap map)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (!map.AgreesWith(_maps[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Index of the mapping of a byte, or -1.</summary>
    public int Find(Seq32 ssn)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (_maps[i].Covers(ssn))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Number of the first mapped byte after <paramref name="ssn"/>, or <paramref name="limit"/> when it comes first.</summary>
    public Seq32 NextMapped(Seq32 ssn, Seq32 limit)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_maps[i].Ssn > ssn)
            {
                return Seq32.Earlier(_maps[i].Ssn, limit);
            }
        }

        return limit;
    }

    /// <summary>Removes a mapping.</summary>
    public void RemoveAt(int index)
    {
        Count--;
        Array.Copy(_maps, index + 1, _maps, index, Count - index);
    }

    /// <summary>Forgets mappings of bytes that have all come.</summary>
    /// <param name="inOrder">The first number of the subflow that has not come.</param>
    public void Release(Seq32 inOrder)
    {
        var done = 0;
        while (done < Count && _maps[done].EndSsn <= inOrder)
        {
            done++;
        }

        if (done > 0)
        {
            Count -= done;
            Array.Copy(_maps, done, _maps, 0, Count);
        }
    }
}
