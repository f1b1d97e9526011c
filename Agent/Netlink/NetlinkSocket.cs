using System.Runtime.InteropServices;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Netlink;

/// <summary>Takes one answer of the kernel; the message lives only during the call.</summary>
internal delegate void NetlinkHandler<TState>(in NetlinkMessage message, ref TState state);

/// <summary>
/// A netlink socket for requests: one at a time, answered before the call returns. It belongs to the network namespace in which it was
/// opened, whichever thread uses it later. Safe for use by several threads.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>Kernel answers come within microseconds; a second without one is an error, not a wait.</summary>
    private const int ReceiveTimeoutSeconds = 1;

    /// <summary>The kernel fills dumps up to 32 KiB per datagram.</summary>
    private const int BufferSize = 64 * 1024;

    private readonly NetlinkHandle _handle;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly Lock _lock = new();
    private uint _sequence;

    private NetlinkSocket(NetlinkHandle handle) => _handle = handle;

    /// <summary>Opens a socket of a netlink protocol in the network namespace of the calling thread.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    internal static NetlinkSocket Open(int protocol)
    {
        var handle = NetlinkHandle.Open(protocol);
        Span<byte> timeout = stackalloc byte[16];
        timeout.Clear();
        MemoryMarshal.Write(timeout, (long)ReceiveTimeoutSeconds);
        handle.Set(Libc.SolSocket, Libc.SoReceiveTimeout, timeout);
        handle.Set(NetlinkConstants.SolNetlink, NetlinkConstants.OptionExtAck, 1);
        handle.Set(NetlinkConstants.SolNetlink, NetlinkConstants.OptionCapAck, 1);
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

    /// <summary>Sends a request of which only success or failure matters.</summary>
    internal NetlinkReply Execute(Span<byte> request)
    {
        var nothing = 0;
        return Exchange(request, ref nothing, static (in NetlinkMessage _, ref int _) => { });
    }

    public void Dispose() => _handle.Dispose();

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
