using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// One queue of a TUN, the thread that drives it, and the stack that has its share of the ports and tokens: a connection with all of its
/// subflows lives in one. Members may be called from any thread.
/// </summary>
internal sealed class TunShard : IDisposable
{
    private readonly TunPump _pump;

    /// <param name="device">Kept open by the caller until the shard is disposed.</param>
    /// <param name="fd">The queue.</param>
    /// <param name="options">With the stack's share.</param>
    /// <param name="between">What stands between the pump and the stack; null for nothing.</param>
    internal TunShard(TunDevice device, int fd, StackOptions options, Func<IPacketHandler, IPacketHandler>? between)
    {
        Handler = new StackHandler(this, new Stack(options));
        _pump = new TunPump(device, fd, between?.Invoke(Handler) ?? Handler);
    }

    /// <summary>Touched on the pump's thread alone.</summary>
    internal StackHandler Handler { get; }

    internal Task Ended => _pump.Ended;

    internal PumpCounters Counters => _pump.Counters;

    /// <inheritdoc cref="TunPump.TryPost"/>
    internal bool TryPost(IPumpWork work) => _pump.TryPost(work);

    /// <summary>Gives a packet that came on another queue; it is lost where too many wait, as on any network.</summary>
    internal void HandOver(ReadOnlySpan<byte> packet, in PacketInfo info) => _pump.TryPostNow(new Stray(Handler, packet.ToArray(), info));

    /// <summary>Runs something on the pump's thread some time soon; not at all when it has ended.</summary>
    internal void Post(Action<StackHandler, Instant> action) => _ = AskAsync((handler, now) =>
    {
        action(handler, now);
        return true;
    });

    /// <summary>Runs a question on the pump's thread.</summary>
    /// <exception cref="IOException">The stack has ended.</exception>
    internal async Task<T> AskAsync<T>(Func<StackHandler, Instant, T> question)
    {
        var work = new Question<T>(Handler, question);
        return _pump.TryPost(work) ? await work.Answer : throw MultipathStream.StackHasEnded();
    }

    public void Dispose() => _pump.Dispose();

    private sealed class Stray(StackHandler handler, byte[] packet, PacketInfo info) : IPumpWork
    {
        public void Run(Instant now) => handler.HandlePacket(packet, info, now);
    }

    private sealed class Question<T>(StackHandler handler, Func<StackHandler, Instant, T> question) : IPumpWork
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<T> Answer => _answer.Task;

        public void Run(Instant now)
        {
            try
            {
                _answer.SetResult(question(handler, now));
            }
            catch (Exception e)
            {
                _answer.SetException(e);
                if (e is not (IOException or ArgumentException))
                {
                    throw;
                }
            }
        }
    }
}
