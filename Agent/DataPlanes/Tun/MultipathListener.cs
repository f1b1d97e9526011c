using System.Net;
using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Accepts connections of a <see cref="TunStack"/>, of Multipath TCP and of plain TCP. The stack holds those that wait, up to its
/// backlog.
/// </summary>
public sealed class MultipathListener : IDisposable
{
    private readonly TunShard _owner;
    private readonly ListenerId _id;
    private readonly Queue<TaskCompletionSource<MultipathStream>> _waiting = [];

    internal MultipathListener(TunShard owner, ListenerId id, IPEndPoint local) => (_owner, _id, Local) = (owner, id, local);

    /// <summary>What it listens on.</summary>
    public IPEndPoint Local { get; }

    internal ListenerId Id => _id;

    /// <summary>Waits for a connection.</summary>
    /// <exception cref="IOException">The stack has ended, or the listener was closed.</exception>
    public async Task<MultipathStream> AcceptAsync(CancellationToken cancellation = default)
    {
        var accepted = new TaskCompletionSource<MultipathStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<MultipathStream>)state!).TrySetCanceled(token), accepted);
        await _owner.AskAsync((handler, now) =>
        {
            _waiting.Enqueue(accepted);
            HandleAcceptable(handler);
            return true;
        });
        return await accepted.Task;
    }

    /// <summary>Listens no more; connections that were accepted go on.</summary>
    public void Dispose() => _owner.Post((handler, now) => handler.Remove(this, now));

    /// <summary>Hands out what waits to those who wait. The pump's thread.</summary>
    internal void HandleAcceptable(StackHandler handler)
    {
        while (_waiting.TryPeek(out var next))
        {
            if (!next.Task.IsCompleted)
            {
                if (!handler.TryAccept(this, out var stream))
                {
                    return;
                }

                if (!next.TrySetResult(stream))
                {
                    // Cancelled in between: the one behind gets it.
                    _ = _waiting.Dequeue();
                    Pass(stream);
                    continue;
                }
            }

            _ = _waiting.Dequeue();
        }
    }

    /// <summary>Nobody gets anything any more. The pump's thread.</summary>
    internal void HandleStop()
    {
        while (_waiting.TryDequeue(out var next))
        {
            next.TrySetException(MultipathStream.StackHasEnded());
        }
    }

    private void Pass(MultipathStream stream)
    {
        while (_waiting.TryDequeue(out var next))
        {
            if (next.TrySetResult(stream))
            {
                return;
            }
        }

        stream.Abort();
    }
}
