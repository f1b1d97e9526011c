using System.Diagnostics.CodeAnalysis;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>A stack as a pump drives it: what it tells goes to the streams and listeners concerned. The pump's thread.</summary>
internal sealed class StackHandler(TunShard owner, Stack stack) : IPacketHandler
{
    private readonly Dictionary<ConnectionId, MultipathStream> _streams = [];
    private readonly Dictionary<ListenerId, MultipathListener> _listeners = [];

    internal Stack Stack => stack;

    internal TunShard Owner => owner;

    /// <summary>The connections of Multipath TCP, and who hears of them.</summary>
    internal HeldConnections Connections { get; } = new(stack);

    /// <summary>All connections, those of plain TCP that somebody has the stream of included.</summary>
    internal IEnumerable<ConnectionId> All => Connections.Held.Union(_streams.Keys);

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now) => stack.HandlePacket(packet, info, now);

    public Instant PollTimeout() => stack.PollTimeout();

    public void HandleTimeout(Instant now) => stack.HandleTimeout(now);

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now) => stack.PollTransmit(buffer, out info, now);

    public void HandleRound(Instant now)
    {
        while (stack.PollEvent(out var happened))
        {
            Dispatch(happened, now);
        }
    }

    public void HandleStop(Exception? failure)
    {
        foreach (var stream in _streams.Values)
        {
            stream.HandleStop(failure);
        }

        foreach (var listener in _listeners.Values)
        {
            listener.HandleStop();
        }
    }

    /// <summary>Keeps a stream for a connection; from now on it hears of it.</summary>
    internal MultipathStream Add(ConnectionId id, FourTuple tuple) => _streams[id] = new MultipathStream(owner, stack, id, tuple);

    /// <summary>Keeps a listener.</summary>
    internal void Add(ListenerId id, MultipathListener listener) => _listeners[id] = listener;

    /// <summary>Forgets a listener, in the stack too.</summary>
    internal void Remove(ListenerId id, Instant now)
    {
        if (_listeners.Remove(id))
        {
            stack.StopListening(id, now);
        }
    }

    /// <summary>The next connection that waits.</summary>
    internal bool TryAccept(ListenerId listener, [NotNullWhen(true)] out MultipathStream? stream)
    {
        stream = null;
        while (stack.TryAccept(listener, out var id))
        {
            if (stack.TryGetInfo(id, out var info))
            {
                stream = Add(id, info.Tuple);
                stream.HandleConnected();
                return true;
            }
        }

        return false;
    }

    private void Dispatch(in StackEvent happened, Instant now)
    {
        switch (happened.Kind)
        {
            case StackEventKind.Acceptable:
                if (_listeners.TryGetValue(happened.Listener, out var listener))
                {
                    listener.HandleAcceptable(this, happened.Listener);
                }

                break;
            case StackEventKind.Connected or StackEventKind.Readable or StackEventKind.Writable or StackEventKind.Ended:
                if (_streams.TryGetValue(happened.Connection, out var stream))
                {
                    Dispatch(stream, happened, now);
                }

                break;
            default:
                Connections.HandleEvent(happened);
                break;
        }
    }

    private void Dispatch(MultipathStream stream, in StackEvent happened, Instant now)
    {
        switch (happened.Kind)
        {
            case StackEventKind.Connected:
                stream.HandleConnected();
                break;
            case StackEventKind.Readable:
                stream.HandleReadable(now);
                break;
            case StackEventKind.Writable:
                stream.HandleWritable(now);
                break;
            default:
                _streams.Remove(stream.Id);
                stream.HandleEnded(happened.Reason, now);
                break;
        }
    }
}
