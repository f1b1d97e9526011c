using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>What happened and was not asked for yet; bounded, the oldest are lost.</summary>
internal sealed class EventQueue(int limit)
{
    private readonly Deque<StackEvent> _events = new();

    /// <summary>Events lost because nobody asked for them.</summary>
    public long Lost { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(in StackEvent happened)
    {
        if (_events.Count >= limit)
        {
            _events.RemoveFirst();
            Lost++;
        }

        _events.AddLast(happened);
    }

    /// <summary>The next one.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTake(out StackEvent happened)
    {
        if (_events.IsEmpty)
        {
            happened = default;
            return false;
        }

        happened = _events.RemoveFirst();
        return true;
    }
}
