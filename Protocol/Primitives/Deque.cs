using System.Numerics;
using System.Runtime.CompilerServices;

namespace Multipath.Protocol.Primitives;

/// <summary>A queue with two ends over one array that is a ring; it grows by doubling and never shrinks.</summary>
/// <remarks>It has no bound of its own: its owner has one. References into it hold until the next call that adds.</remarks>
/// <typeparam name="T">The elements, held by value.</typeparam>
internal sealed class Deque<T>
    where T : struct
{
    private T[] _items;
    private int _head;

    /// <summary>Makes an empty deque.</summary>
    /// <param name="capacity">Elements until it first grows, rounded up to a power of two.</param>
    public Deque(int capacity = 8)
    {
        _items = new T[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 1))];
    }

    /// <summary>How many elements there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The first element.</summary>
    public ref T First => ref this[0];

    /// <summary>The last element.</summary>
    public ref T Last => ref this[Count - 1];

    /// <summary>The element so many behind the first.</summary>
    /// <param name="index">At least 0, below <see cref="Count"/>.</param>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)index >= (uint)Count)
            {
                ThrowOutside();
            }

            return ref _items[(_head + index) & (_items.Length - 1)];
        }
    }

    /// <summary>Adds behind the last.</summary>
    /// <param name="item">What to add.</param>
    public void AddLast(in T item)
    {
        MakeRoom();
        _items[(_head + Count++) & (_items.Length - 1)] = item;
    }

    /// <summary>Adds before the first.</summary>
    /// <param name="item">What to add.</param>
    public void AddFirst(in T item)
    {
        MakeRoom();
        _head = (_head - 1) & (_items.Length - 1);
        _items[_head] = item;
        Count++;
    }

    /// <summary>Adds before the element at an index; moves the shorter side.</summary>
    /// <param name="index">At least 0, at most <see cref="Count"/>.</param>
    /// <param name="item">What to add.</param>
    public void Insert(int index, T item)
    {
        if (index < Count / 2)
        {
            AddFirst(default);
            for (var i = 0; i < index; i++)
            {
                this[i] = this[i + 1];
            }
        }
        else
        {
            AddLast(default);
            for (var i = Count - 1; i > index; i--)
            {
                this[i] = this[i - 1];
            }
        }

        this[index] = item;
    }

    /// <summary>Takes the first element away.</summary>
    public T RemoveFirst()
    {
        var item = First;
        RemoveFirst(1);
        return item;
    }

    /// <summary>Takes elements away from the front.</summary>
    /// <param name="count">At most <see cref="Count"/>.</param>
    public void RemoveFirst(int count)
    {
        if ((uint)count > (uint)Count)
        {
            ThrowOutside();
        }

        _head = (_head + count) & (_items.Length - 1);
        Count -= count;
    }

    /// <summary>Takes the last element away.</summary>
    public T RemoveLast()
    {
        var item = Last;
        Count--;
        return item;
    }

    /// <summary>Takes the element at an index away; moves the shorter side.</summary>
    /// <param name="index">At least 0, below <see cref="Count"/>.</param>
    public void RemoveAt(int index)
    {
        if (index < Count / 2)
        {
            for (var i = index; i > 0; i--)
            {
                this[i] = this[i - 1];
            }

            RemoveFirst(1);
        }
        else
        {
            for (var i = index; i < Count - 1; i++)
            {
                this[i] = this[i + 1];
            }

            RemoveLast();
        }
    }

    /// <summary>Takes all elements away and keeps the array.</summary>
    public void Clear()
    {
        _head = 0;
        Count = 0;
    }

    private static void ThrowOutside() => throw new ArgumentOutOfRangeException("index", "There is no such element.");

    private void MakeRoom()
    {
        if (Count < _items.Length)
        {
            return;
        }

        var larger = new T[_items.Length * 2];
        var tail = _items.Length - _head;
        _items.AsSpan(_head).CopyTo(larger);
        _items.AsSpan(0, _head).CopyTo(larger.AsSpan(tail));
        _items = larger;
        _head = 0;
    }
}
