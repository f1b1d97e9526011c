using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>The connections of a stack, by id and by token, those that may have something to send, and their deadlines.</summary>
internal sealed class ConnectionTable(int limit)
{
    private readonly List<Slot> _slots = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<uint, MptcpConnection> _byToken = [];
    private readonly Queue<MptcpConnection> _queue = new();
    private readonly Queue<MptcpConnection> _lingering = new();
    private readonly DeadlineHeap<MptcpConnection> _deadlines = new();

    /// <summary>Number of connections.</summary>
    public int Count { get; private set; }

    /// <summary>Those that are not over.</summary>
    public IEnumerable<MptcpConnection> Living => _slots.Select(one => one.Connection).OfType<MptcpConnection>().Where(one => !one.IsOver);

    /// <summary>The connection that is next to be asked for packets, or null.</summary>
    public MptcpConnection? NextToSend => _queue.TryPeek(out var first) ? first : null;

    /// <summary>The earliest deadline.</summary>
    public Instant Deadline => _deadlines.Settle();

    /// <summary>Whether a token is in use.</summary>
    public bool IsTokenTaken(uint token) => _byToken.ContainsKey(token);

    /// <summary>
    /// Makes room for one more. A table that is full of connections which only answer late segments would keep others out for a minute: the
    /// one that has done so longest goes.
    /// </summary>
    /// <returns>False when there is no room.</returns>
    public bool TryMakeRoom(Instant now)
    {
        while (Count >= limit && _lingering.TryDequeue(out var oldest))
        {
            foreach (var m in oldest.Session.Members)
            {
                if (m is not null && oldest.IsLingering)
                {
                    oldest.Forget(m, now);
                }
            }

            if (oldest.IsReleased)
            {
                Remove(oldest);
            }
        }

        return Count < limit;
    }

    /// <summary>An id for the next connection.</summary>
    public ConnectionId Reserve()
    {
        if (!_free.TryPop(out var slot))
        {
            slot = _slots.Count;
            _slots.Add(default);
        }

        var generation = _slots[slot].Generation + 1;
        _slots[slot] = new Slot(generation, null);
        Count++;
        return new ConnectionId(slot, generation);
    }

    /// <summary>Adds the connection that an id was reserved for.</summary>
    public void Add(MptcpConnection connection)
    {
        var id = connection.Session.Id;
        _slots[id.Slot] = new Slot(id.Generation, connection);
        if (connection.Session.Keys is { } keys)
        {
            _byToken[keys.LocalToken] = connection;
        }
    }

    /// <summary>The connection of an id, or null.</summary>
    public MptcpConnection? Find(ConnectionId id) =>
        id.Slot < _slots.Count && _slots[id.Slot] is { } slot && slot.Generation == id.Generation ? slot.Connection : null;

    /// <summary>The connection of a token, or null.</summary>
    public MptcpConnection? FindByToken(uint token) => _byToken.GetValueOrDefault(token);

    /// <summary>Forgets a token: the connection turned out to be plain TCP, or it is over.</summary>
    public void ReleaseToken(MptcpConnection connection)
    {
        if (connection.Session.Keys is { } keys && _byToken.GetValueOrDefault(keys.LocalToken) == connection)
        {
            _byToken.Remove(keys.LocalToken);
        }
    }

    /// <summary>Something happened to a connection: it may have something to send, or another deadline, or be done.</summary>
    public void Touch(MptcpConnection connection)
    {
        if (!connection.IsQueued)
        {
            connection.IsQueued = true;
            _queue.Enqueue(connection);
        }
    }

    /// <summary>The first of the queue has nothing more to send: its deadline counts now.</summary>
    public void HandleDrained()
    {
        var connection = _queue.Dequeue();
        connection.IsQueued = false;
        if (connection.IsReleased)
        {
            Remove(connection);
        }
        else
        {
            _deadlines.Update(connection);
            NoteLingering(connection);
        }
    }

    /// <summary>The first of the queue has had its share: others come first.</summary>
    public void Rotate()
    {
        if (_queue.Count > 1)
        {
            _queue.Enqueue(_queue.Dequeue());
        }
    }

    /// <summary>A connection whose deadline has come.</summary>
    public bool TryTakeDue(Instant now, out MptcpConnection? connection) => _deadlines.TryTake(now, out connection);

    // All linger for the same time: the order of the list is that in which they end.
    private void NoteLingering(MptcpConnection connection)
    {
        if (connection.IsListedAsLingering || !connection.IsLingering)
        {
            return;
        }

        while (_lingering.TryPeek(out var first) && first.IsReleased)
        {
            _lingering.Dequeue();
        }

        connection.IsListedAsLingering = true;
        _lingering.Enqueue(connection);
    }

    private void Remove(MptcpConnection connection)
    {
        var id = connection.Session.Id;
        if (_slots[id.Slot].Connection != connection)
        {
            return;
        }

        ReleaseToken(connection);
        _deadlines.Remove(connection);
        _slots[id.Slot] = new Slot(id.Generation, null);
        _free.Push(id.Slot);
        Count--;
    }

    private readonly record struct Slot(uint Generation, MptcpConnection? Connection);
}
