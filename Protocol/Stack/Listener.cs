using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>A local end that connections are accepted on, with those under way and those that wait.</summary>
internal sealed class Listener(ListenerId id, Endpoint local, ConnectionOptions options, StackLimits limits)
{
    private readonly Queue<MptcpConnection> _halfOpen = new();
    private readonly Deque<ConnectionId> _ready = new();

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

    /// <summary>A handshake has begun.</summary>
    /// <returns>The oldest one under way, when it has to give way; null else.</returns>
    public MptcpConnection? HandleBegun(MptcpConnection connection)
    {
        while (_halfOpen.TryPeek(out var first) && (first.IsOver || first.IsConnected))
        {
            _halfOpen.Dequeue();
        }

        _halfOpen.Enqueue(connection);
        return _halfOpen.Count > limits.HalfOpenPerListener ? _halfOpen.Dequeue() : null;
    }

    /// <summary>A handshake is complete.</summary>
    public void HandleConnected(MptcpConnection connection) => _ready.AddLast(connection.Session.Id);

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

    /// <summary>The connections under way, to be ended with the listener.</summary>
    public IReadOnlyCollection<MptcpConnection> HalfOpen => _halfOpen;
}
