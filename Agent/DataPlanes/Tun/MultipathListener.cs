using System.Net;
using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Accepts connections of a <see cref="TunStack"/>, of Multipath TCP and of plain TCP, from all of its queues. The stack of each queue
/// holds those that wait, up to its backlog.
/// </summary>
public sealed class MultipathListener : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<MultipathStream>> _waiting = [];
    private readonly List<Door> _doors = [];
    private bool _closed;

    internal MultipathListener(IPEndPoint local) => Local = local;

    /// <summary>What it listens on.</summary>
    public IPEndPoint Local { get; }

    /// <summary>Waits for a connection.</summary>
    /// <exception cref="IOException">The stack has ended, or the listener was closed.</exception>
    public async Task<MultipathStream> AcceptAsync(CancellationToken cancellation = default)
    {
        var accepted = new TaskCompletionSource<MultipathStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        Door[] ready;
        lock (_gate)
        {
            if (_closed)
            {
                throw MultipathStream.StackHasEnded();
            }

            _waiting.AddLast(accepted);
            ready = [.. _doors.Where(door => door.MayHaveOne)];
        }

        using var registration = cancellation.UnsafeRegister((_, token) => Cancel(accepted, token), null);
        foreach (var door in ready)
        {
            door.Shard.Post((handler, _) => HandleAcceptable(handler, door.Id));
        }

        return await accepted.Task;
    }

    /// <summary>Listens no more; connections that were accepted go on.</summary>
    public void Dispose()
    {
        HandleStop();
        foreach (var door in _doors)
        {
            door.Shard.Post((handler, now) => handler.Remove(door.Id, now));
        }
    }

    /// <summary>One more queue's stack listens.</summary>
    internal void Add(TunShard shard, ListenerId id)
    {
        lock (_gate)
        {
            _doors.Add(new Door(shard, id));
        }
    }

    /// <summary>Hands out what waits in a stack to those who wait. Its pump's thread.</summary>
    internal void HandleAcceptable(StackHandler handler, ListenerId id)
    {
        lock (_gate)
        {
            var door = _doors.Single(one => one.Shard == handler.Owner && one.Id == id);
            door.MayHaveOne = true;
            while (_waiting.First is { } next)
            {
                if (!handler.TryAccept(id, out var stream))
                {
                    door.MayHaveOne = false;
                    return;
                }

                _waiting.RemoveFirst();
                next.Value.SetResult(stream);
            }
        }
    }

    /// <summary>Nobody gets anything any more.</summary>
    internal void HandleStop()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var one in _waiting)
            {
                one.SetException(MultipathStream.StackHasEnded());
            }

            _waiting.Clear();
        }
    }

    private void Cancel(TaskCompletionSource<MultipathStream> accepted, CancellationToken token)
    {
        lock (_gate)
        {
            if (_waiting.Remove(accepted))
            {
                accepted.SetCanceled(token);
            }
        }
    }

    /// <summary>Where connections come in: the listener of one stack.</summary>
    private sealed class Door(TunShard shard, ListenerId id)
    {
        internal TunShard Shard { get; } = shard;

        internal ListenerId Id { get; } = id;

        /// <summary>Nobody waited when a connection came.</summary>
        internal bool MayHaveOne { get; set; }
    }
}
