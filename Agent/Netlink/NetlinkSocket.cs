using System.Runtime.InteropServices;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Netlink;

/// <summary>Takes one answer of the kernel; the message lives only during the call.</summary>
internal delegate void NetlinkHandler<TState>(in NetlinkMessage message, ref TState state);

/// <summary>Takes the answer to one of several requests; the message lives only during the call.</summary>
/// <param name="index">Which request, from 0.</param>
/// <param name="message">The answer.</param>
/// <param name="state">As it was given.</param>
internal delegate void NetlinkBatchHandler<TState>(int index, in NetlinkMessage message, ref TState state)
    where TState : allows ref struct;

/// <summary>
/// A netlink socket for requests: answered before the call returns. It belongs to the network namespace in which it was opened, whichever
/// thread uses it later. Safe for use by several threads.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>Kernel answers come within microseconds; a second without one is an error, not a wait.</summary>
    private const int ReceiveTimeoutSeconds = 1;

    /// <summary>
    /// Requests in one go: each answer waits in the socket's buffer, of which it takes some 2 KiB of the 208 that a socket has by default.
    /// </summary>
    internal const int BatchLimit = 32;

    /// <summary>The kernel fills dumps up to 32 KiB per datagram.</summary>
    private const int BufferSize = 64 * 1024;

    private readonly NetlinkHandle _handle;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly Lock _lock = new();
    private uint _sequence;

    private NetlinkSocket(NetlinkHandle handle) => _handle = handle;

    /// <summary>Opens a socket of a netlink protocol in the network namespace of the calling thread.</summary>
    /// <param name="protocol">NETLINK_*.</param>
    /// <param name="strict">The kernel gives only what is asked for: without, a dump of rtnetlink passes over its conditions.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    internal static NetlinkSocket Open(int protocol, bool strict = false)
    {
        var handle = NetlinkHandle.Open(protocol);
        Span<byte> timeout = stackalloc byte[16];
        timeout.Clear();
        MemoryMarshal.Write(timeout, (long)ReceiveTimeoutSeconds);
        handle.Set(Libc.SolSocket, Libc.SoReceiveTimeout, timeout);
        handle.Set(NetlinkConstants.SolNetlink, NetlinkConstants.OptionExtAck, 1);
        handle.Set(NetlinkConstants.SolNetlink, NetlinkConstants.OptionCapAck, 1);
        if (strict)
        {
            handle.Set(NetlinkConstants.SolNetlink, NetlinkConstants.OptionStrictCheck, 1);
        }

        return new NetlinkSocket(handle);
    }

    /// <summary>
    /// Sends a request and hands each answer to <paramref name="handler"/>. The end is the acknowledgement if the request asks for one,
    /// the end of the dump if it is one, and else the first answer. Allocates nothing when the handler does not and nothing fails.
    /// </summary>
    /// <param name="request">A finished message; its sequence number is written here.</param>
    /// <param name="state">Handed to each call of the handler, which need not capture anything then.</param>
    /// <param name="handler">Called for each answer, while the socket is locked.</param>
    internal NetlinkReply Exchange<TState>(Span<byte> request, ref TState state, NetlinkHandler<TState> handler)
    {
        lock (_lock)
        {
            MemoryMarshal.Write(request[8..], ++_sequence);
            var flags = MemoryMarshal.Read<ushort>(request[6..]);
            var untilAck = (flags & (NetlinkConstants.FlagAck | NetlinkConstants.FlagDump)) != 0;
            var errno = _handle.Send(request);
            return errno != 0 ? new NetlinkReply(errno) : Receive(untilAck, ref state, handler);
        }
    }

    /// <summary>
    /// Sends several requests in one go, which the kernel works off one after the other, and hands each answer to
    /// <paramref name="handler"/>. Allocates nothing when the handler does not.
    /// </summary>
    /// <param name="requests">
    /// Finished messages, one behind the other; each has one answer, so none is a dump or asks for an acknowledgement.
    /// </param>
    /// <param name="count">How many, at most <see cref="BatchLimit"/>.</param>
    /// <param name="state">Handed to each call of the handler.</param>
    /// <param name="handler">Not called for a request that the kernel refused, for example because what it asks for is gone.</param>
    /// <returns>Whether all were answered, refusals included.</returns>
    internal NetlinkReply ExchangeMany<TState>(scoped Span<byte> requests, int count, ref TState state, NetlinkBatchHandler<TState> handler)
        where TState : allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BatchLimit);
        lock (_lock)
        {
            var first = _sequence + 1;
            for (var rest = requests; !rest.IsEmpty; rest = rest[NetlinkConstants.Align(MemoryMarshal.Read<int>(rest))..])
            {
                MemoryMarshal.Write(rest[8..], ++_sequence);
            }

            var errno = _handle.Send(requests);
            return errno != 0 ? new NetlinkReply(errno) : ReceiveMany(new NetlinkAnswers(first, count), ref state, handler);
        }
    }

    /// <summary>Sends a request of which only success or failure matters.</summary>
    internal NetlinkReply Execute(Span<byte> request)
    {
        var nothing = 0;
        return Exchange(request, ref nothing, static (in NetlinkMessage _, ref int _) => { });
    }

    public void Dispose() => _handle.Dispose();

    private NetlinkReply ReceiveMany<TState>(NetlinkAnswers answers, ref TState state, NetlinkBatchHandler<TState> handler)
        where TState : allows ref struct
    {
        while (!answers.Complete)
        {
            var received = _handle.Receive(_buffer, out var errno);
            if (errno != 0)
            {
                // Answers that were dropped (ENOBUFS) never come, and late ones are told by their sequence number.
                return new NetlinkReply(errno == Errno.Again ? Errno.TimedOut : errno);
            }

            var messages = new NetlinkMessages(_buffer.AsSpan(0, received));
            while (messages.TryNext(out var message))
            {
                if (message.Type != NetlinkConstants.TypeNoop && answers.TryTake(message.Sequence, out var index)
                    && message.Type is not (NetlinkConstants.TypeError or NetlinkConstants.TypeDone))
                {
                    handler(index, message, ref state);
                }
            }

            if (messages.Malformed)
            {
                return new NetlinkReply(Errno.BadMessage);
            }
        }

        return default;
    }

    private NetlinkReply Receive<TState>(bool untilAck, ref TState state, NetlinkHandler<TState> handler)
    {
        var interrupted = false;
        while (true)
        {
            var received = _handle.Receive(_buffer, out var errno);
            if (errno != 0)
            {
                return new NetlinkReply(errno == Errno.Again ? Errno.TimedOut : errno);
            }

            var messages = new NetlinkMessages(_buffer.AsSpan(0, received));
            while (messages.TryNext(out var message))
            {
                if (message.Sequence != _sequence)
                {
                    // The late answer to a request that had timed out.
                    continue;
                }

                interrupted |= message.Has(NetlinkConstants.FlagDumpInterrupted);
                switch (message.Type)
                {
                    case NetlinkConstants.TypeError or NetlinkConstants.TypeDone:
                        var reply = NetlinkReply.Parse(message);
                        return reply with { Interrupted = reply.Interrupted || interrupted };
                    case NetlinkConstants.TypeNoop:
                        break;
                    default:
                        handler(message, ref state);
                        if (!untilAck)
                        {
                            return default;
                        }

                        break;
                }
            }

            if (messages.Malformed)
            {
                return new NetlinkReply(Errno.BadMessage);
            }
        }
    }
}
