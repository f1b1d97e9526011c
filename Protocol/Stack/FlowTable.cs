using System.Numerics;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>Finds what belongs to a pair of ends: open addressing with linear probing, looked into once per packet.</summary>
/// <typeparam name="T">What is found.</typeparam>
/// <param name="seed">A secret, so that peers cannot choose ports that collide.</param>
internal sealed class FlowTable<T>(ulong seed)
    where T : class
{
    private Slot[] _slots = new Slot[16];

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>What belongs to the ends, or null.</summary>
    public T? Find(in FourTuple tuple)
    {
        var mask = _slots.Length - 1;
        for (var i = (int)tuple.Hash(seed) & mask; ; i = (i + 1) & mask)
        {
            ref readonly var slot = ref _slots[i];
            if (slot.Value is null || slot.Tuple.Equals(tuple))
            {
                return slot.Value;
            }
        }
    }

    /// <summary>Adds an entry.</summary>
    /// <returns>False when the ends have one.</returns>
    public bool TryAdd(in FourTuple tuple, T value)
    {
        if (Find(tuple) is not null)
        {
            return false;
        }

        // At most half full: a miss, which every stray packet is, ends after one or two probes.
        if (2 * (Count + 1) > _slots.Length)
        {
            Grow();
        }

        Place(_slots, tuple, value);
        Count++;
        return true;
    }

    /// <summary>Removes the entry of the ends, if it is this one.</summary>
    public void Remove(in FourTuple tuple, T value)
    {
        var mask = _slots.Length - 1;
        var hole = (int)tuple.Hash(seed) & mask;
        while (!ReferenceEquals(_slots[hole].Value, value) || !_slots[hole].Tuple.Equals(tuple))
        {
            if (_slots[hole].Value is null)
            {
                return;
            }

            hole = (hole + 1) & mask;
        }

        Count--;
        _slots[hole] = default;

        // What was pushed past the hole moves back, so that no marker of a removed entry is ever needed.
        for (var i = (hole + 1) & mask; _slots[i].Value is not null; i = (i + 1) & mask)
        {
            var home = (int)_slots[i].Tuple.Hash(seed) & mask;
            if (((i - home) & mask) >= ((i - hole) & mask))
            {
                _slots[hole] = _slots[i];
                _slots[i] = default;
                hole = i;
            }
        }
    }

    private void Grow()
    {
        var larger = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)_slots.Length * 2)];
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Value is not null)
            {
                Place(larger, slot.Tuple, slot.Value);
            }
        }

        _slots = larger;
    }

    private void Place(Slot[] slots, in FourTuple tuple, T value)
    {
        var mask = slots.Length - 1;
        var i = (int)tuple.Hash(seed) & mask;
        while (slots[i].Value is not null)
        {
            i = (i + 1) & mask;
        }

        slots[i] = new Slot(tuple, value);
    }

    private readonly record struct Slot(FourTuple Tuple, T? Value);
}
