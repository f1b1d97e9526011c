using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// The virtual clock and what is due on it: an indexed heap of four children a node over the sources, of which each has one entry.
/// Sources due at one moment act in the order in which they were added, so that a run is the same each time. Allocates nothing once
/// all sources are added.
/// </summary>
internal sealed class EventLoop
{
    /// <summary>Steps without time passing after which a source is taken to hang: two orders above the packets of any one moment.</summary>
    internal const int StillLimit = 1_000_000;

    private const int Arity = 4;
    private Entry[] _heap = new Entry[16];
    private int _count;
    private int _still;

    /// <summary>The present moment.</summary>
    internal Instant Now { get; private set; }

    /// <summary>Sources that acted so far.</summary>
    internal long Steps { get; private set; }

    /// <summary>When the next source is due; <see cref="Instant.Never"/> when none is.</summary>
    internal Instant Next => _count == 0 ? Instant.Never : _heap[0].At;

    /// <summary>Takes a source in, with nothing due yet.</summary>
    internal void Add(EventSource source)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * _count);
        }

        source.Order = _count;
        Place(_count, new Entry(Instant.Never, source));
        _count++;
    }

    /// <summary>Sets when a source acts next, in place of what was set; at once when that is past.</summary>
    internal void Schedule(EventSource source, Instant at)
    {
        var index = source.HeapIndex;
        var entry = new Entry(at < Now ? Now : at, source);
        if (entry.At == _heap[index].At)
        {
            return;
        }

        if (entry.Before(_heap[index]))
        {
            SiftUp(index, entry);
        }
        else
        {
            SiftDown(index, entry);
        }
    }

    /// <summary>Lets the earliest source act.</summary>
    /// <param name="limit">The latest moment that may come.</param>
    /// <returns>False, and the clock at the limit, when nothing is due until then.</returns>
    /// <exception cref="SimulationFaultException">Time stands still: a source is due again and again at one moment.</exception>
    internal bool Step(Instant limit)
    {
        if (_count == 0 || _heap[0].At > limit)
        {
            Now = limit;
            return false;
        }

        var (at, source) = _heap[0];
        _still = at > Now ? 0 : _still + 1;
        if (_still > StillLimit)
        {
            throw new SimulationFaultException($"time stands still at {Now.Micros} us: {source} acts again and again");
        }

        Now = at;
        Steps++;
        source.HandleDue(at);
        return true;
    }

    private void SiftUp(int index, Entry entry)
    {
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (!entry.Before(_heap[parent]))
            {
                break;
            }

            Place(index, _heap[parent]);
            index = parent;
        }

        Place(index, entry);
    }

    private void SiftDown(int index, Entry entry)
    {
        while (true)
        {
            var first = (index * Arity) + 1;
            var best = -1;
            for (var child = first; child < first + Arity && child < _count; child++)
            {
                best = best < 0 || _heap[child].Before(_heap[best]) ? child : best;
            }

            if (best < 0 || !_heap[best].Before(entry))
            {
                break;
            }

            Place(index, _heap[best]);
            index = best;
        }

        Place(index, entry);
    }

    private void Place(int index, Entry entry)
    {
        _heap[index] = entry;
        entry.Source.HeapIndex = index;
    }

    private readonly record struct Entry(Instant At, EventSource Source)
    {
        internal bool Before(in Entry other) => At < other.At || (At == other.At && Source.Order < other.Source.Order);
    }
}
