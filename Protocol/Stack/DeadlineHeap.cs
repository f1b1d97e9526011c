using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>Something that wants to be called at a time.</summary>
internal interface IScheduled
{
    /// <summary>When; <see cref="Instant.Never"/> for not.</summary>
    Instant Deadline { get; }

    /// <summary>Place in the heap, kept by the heap; -1 for none.</summary>
    int HeapIndex { get; set; }
}

/// <summary>The deadlines of all connections, earliest first.</summary>
/// <remarks>
/// A busy connection puts its deadline off with every ACK. That costs nothing here: an entry keeps the time it was filed under and is filed
/// anew only when that time comes, or when the deadline moves forward.
/// </remarks>
/// <typeparam name="T">What is called.</typeparam>
internal sealed class DeadlineHeap<T>
    where T : class, IScheduled
{
    private Entry[] _entries = new Entry[16];
    private int _count;

    /// <summary>A time not after the earliest deadline.</summary>
    public Instant Earliest => _count == 0 ? Instant.Never : _entries[0].At;

    /// <summary>Files an item under its deadline; cheap when it is filed under an earlier time.</summary>
    public void Update(T item)
    {
        var at = item.Deadline;
        if (item.HeapIndex >= 0)
        {
            if (at < _entries[item.HeapIndex].At)
            {
                RiseFrom(item.HeapIndex, new Entry(at, item));
            }

            return;
        }

        if (at == Instant.Never)
        {
            return;
        }

        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * _count);
        }

        RiseFrom(_count++, new Entry(at, item));
    }

    /// <summary>Removes and returns an item whose deadline has come; those that were put off are filed anew on the way.</summary>
    public bool TryTake(Instant now, out T? item)
    {
        while (_count > 0 && _entries[0].At <= now)
        {
            item = _entries[0].Item;
            Remove(item);
            if (item.Deadline <= now)
            {
                return true;
            }

            Update(item);
        }

        item = null;
        return false;
    }

    /// <summary>Brings the earliest time up to date, so that it is a deadline and not one that was put off.</summary>
    public Instant Settle()
    {
        while (_count > 0 && _entries[0].Item.Deadline != _entries[0].At)
        {
            var item = _entries[0].Item;
            Remove(item);
            Update(item);
        }

        return Earliest;
    }

    /// <summary>Removes an item.</summary>
    public void Remove(T item)
    {
        var hole = item.HeapIndex;
        if (hole < 0)
        {
            return;
        }

        item.HeapIndex = -1;
        var last = _entries[--_count];
        _entries[_count] = default;
        if (hole == _count)
        {
            return;
        }

        if (hole > 0 && last.At < _entries[(hole - 1) / 2].At)
        {
            RiseFrom(hole, last);
        }
        else
        {
            SinkFrom(hole, last);
        }
    }

    private void RiseFrom(int index, in Entry entry)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (_entries[parent].At <= entry.At)
            {
                break;
            }

            Put(index, _entries[parent]);
            index = parent;
        }

        Put(index, entry);
    }

    private void SinkFrom(int index, in Entry entry)
    {
        for (var child = (2 * index) + 1; child < _count; child = (2 * index) + 1)
        {
            if (child + 1 < _count && _entries[child + 1].At < _entries[child].At)
            {
                child++;
            }

            if (_entries[child].At >= entry.At)
            {
                break;
            }

            Put(index, _entries[child]);
            index = child;
        }

        Put(index, entry);
    }

    private void Put(int index, in Entry entry)
    {
        _entries[index] = entry;
        entry.Item.HeapIndex = index;
    }

    private readonly record struct Entry(Instant At, T Item);
}
