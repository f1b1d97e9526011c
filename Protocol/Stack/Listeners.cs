using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>The listeners by name and by end.</summary>
internal sealed class Listeners(StackOptions options, StackHost host)
{
    private readonly Dictionary<Endpoint, Listener> _byEnd = [];
    private readonly Dictionary<ListenerId, Listener> _byId = [];
    private int _last;

    /// <summary>Adds a listener.</summary>
    /// <returns>Null when the end is taken.</returns>
    public Listener? Add(Endpoint local, ConnectionOptions wanted)
    {
        var listener = new Listener(new ListenerId(++_last), local, wanted, options.Limits);
        if (!_byEnd.TryAdd(local, listener))
        {
            return null;
        }

        _byId.Add(listener.Id, listener);
        Emit(StackEventKind.ListenerCreated, listener);
        return listener;
    }

    /// <summary>The listener of a name, or null.</summary>
    public Listener? Find(ListenerId id) => _byId.GetValueOrDefault(id);

    /// <summary>The listener for a local end: of this address, or of all of its family.</summary>
    public Listener? Find(Endpoint local) =>
        _byEnd.GetValueOrDefault(local)
        ?? _byEnd.GetValueOrDefault(new Endpoint(local.Address.IsV4 ? IpAddr.AnyV4 : IpAddr.AnyV6, local.Port));

    /// <summary>Removes a listener and ends what nobody has accepted; what was accepted is no longer its.</summary>
    public void Stop(ListenerId id, Instant now)
    {
        if (Find(id) is not { } listener)
        {
            return;
        }

        _byEnd.Remove(listener.Local);
        _byId.Remove(listener.Id);
        Emit(StackEventKind.ListenerClosed, listener);
        while (listener.TryAccept(out var waiting))
        {
            if (host.Connections.Find(waiting) is { IsOver: false } connection)
            {
                connection.Abort(EndReason.Aborted, now);
                host.Connections.Touch(connection);
            }
        }

        foreach (var connection in listener.TakeHalfOpen())
        {
            connection.Abandon(now);
            host.Connections.Touch(connection);
        }
    }

    // Stacks of a group listen together: the first one tells.
    private void Emit(StackEventKind kind, Listener listener)
    {
        if (options.Share is { Group: null } or { Rest: 0 })
        {
            host.Emit(new StackEvent { Kind = kind, Listener = listener.Id, Tuple = new FourTuple(listener.Local, default) });
        }
    }
}
