using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>A local end that connections are accepted on, with those under way and those that wait.</summary>
internal sealed class Listener(ListenerId id, Endpoint local, ConnectionOptions options, StackLimits limits)
{
    // Handshakes that completed since the last sweep, as a share of the bound, which make another one worth its while.
    private const int SweepShare = 8;
    private readonly Queue<MptcpConnection> _halfOpen = new();
    private readonly Deque<ConnectionId> _ready = new();
    private int _connected;

    /// <summary>Its name.</summary>
    public ListenerId Id { get; } = id;

    /// <summary>Where it listens; an unspecified address stands for all of its family.</summary>
    public Endpoint Local { get; } = local;

    /// <summary>What each connection gets.</summary>
    public ConnectionOptions Options { get; } = options;

    /// <summary>Whether as many wait to be accepted as may.</summary>
    public bool IsFull => _ready.Count >= limits.Backlog;

    /// <summary>Connections that wait to be accepted.</summary>
    public int ReadyCount => _ready.Count;

    /// <summary>Whether one more handshake may be under way. Those that completed are forgotten in bulk: asking costs little.</summary>
    public bool HasRoomForHalfOpen
    {
        get
        {
            while (_halfOpen.TryPeek(out var first) && (first.IsOver || first.IsConnected))
            {
                _halfOpen.Dequeue();
            }

            if (_halfOpen.Count >= limits.HalfOpenPerListener && _connected > limits.HalfOpenPerListener / SweepShare)
            {
                Sweep();
            }

            return _halfOpen.Count < limits.HalfOpenPerListener;
        }
    }

    /// <summary>A handshake has begun.</summary>
    public void HandleBegun(MptcpConnection connection) => _halfOpen.Enqueue(connection);

    /// <summary>A handshake is complete: the connection is no longer the listener's to end.</summary>
    public void HandleConnected(MptcpConnection connection)
    {
        _ready.AddLast(connection.Session.Id);
        if (2 * ++_connected >= _halfOpen.Count)
        {
            Sweep();
        }
    }

    /// <summary>The connection that has waited longest.</summary>
    public bool TryAccept(out ConnectionId id)
    {
        if (_ready.IsEmpty)
        {
            id = default;
            return false;
        }

        id = _ready.RemoveFirst();
        return true;
    }

    /// <summary>Takes out the handshakes that are still under way, to be ended with the listener.</summary>
    public IEnumerable<MptcpConnection> TakeHalfOpen()
    {
        Sweep();
        while (_halfOpen.TryDequeue(out var connection))
        {
            yield return connection;
        }
    }

    private void Sweep()
    {
        _connected = 0;
        for (var left = _halfOpen.Count; left > 0; left--)
        {
            var connection = _halfOpen.Dequeue();
            if (!connection.IsOver && !connection.IsConnected)
            {
                _halfOpen.Enqueue(connection);
            }
        }
    }
}
