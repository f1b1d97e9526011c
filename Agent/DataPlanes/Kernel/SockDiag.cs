using Multipath.Agent.Interop;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// Finds the MPTCP connections of a network namespace and measures their subflows (sock_diag). Safe for use by several threads; give a
/// hot loop an instance of its own.
/// </summary>
internal sealed class SockDiag : IDisposable
{
    /// <summary>How often a dump is taken again that was disturbed by sockets coming and going, before the last one has to do.</summary>
    private const int DumpAttempts = 3;

    private static readonly int[] Families = [Libc.AfInet, Libc.AfInet6];

    private readonly NetlinkSocket _socket;

    private SockDiag(NetlinkSocket socket) => _socket = socket;

    /// <summary>Opens in the network namespace of the calling thread.</summary>
    /// <exception cref="KernelException">No netlink socket to be had.</exception>
    internal static SockDiag Open()
    {
        try
        {
            return new SockDiag(NetlinkSocket.Open(NetlinkConstants.ProtocolSockDiag));
        }
        catch (NetlinkException e)
        {
            throw new KernelException(new KernelError("open sock_diag", e.Errno, null));
        }
    }

    /// <summary>
    /// All live connections with their subflows, in the order of their tokens. Without CAP_NET_ADMIN the kernel shows no subflows.
    /// </summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    internal KernelSnapshot Snapshot()
    {
        var builder = new SnapshotBuilder();
        foreach (var family in Families)
        {
            Dump(family, SockDiagCodec.TcpProtocol, builder, static (in DiagSocket socket, SnapshotBuilder b) => b.AddSubflow(socket));
            Dump(family, SockDiagCodec.MptcpProtocol, builder,
                static (in DiagSocket socket, SnapshotBuilder b) => b.AddConnection(socket));
        }

        return builder.Build();
    }

    /// <summary>Measures one known subflow, without allocation: about a microsecond.</summary>
    /// <returns>False when it is gone.</returns>
    internal bool TryRead(in FourTuple subflow, out SubflowStats stats) => TryRead(new SubflowSocket(subflow, 0), out stats);

    /// <inheritdoc cref="TryRead(in FourTuple, out SubflowStats)"/>
    internal bool TryRead(in SubflowSocket subflow, out SubflowStats stats)
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        var found = (Ok: false, Stats: default(SubflowStats));
        var reply = _socket.Exchange(SockDiagCodec.Lookup(buffer, subflow), ref found,
            static (in NetlinkMessage message, ref (bool Ok, SubflowStats Stats) result) =>
                result.Ok = SockDiagCodec.TryRead(message.Payload, out var socket) && SubflowStats.TryRead(socket, out result.Stats));
        stats = found.Stats;
        return reply.Ok && found.Ok;
    }

    /// <summary>
    /// Measures several known subflows, without allocation: many are asked for in one call of the kernel, so that each costs half of what
    /// it does alone.
    /// </summary>
    /// <param name="subflows">Which.</param>
    /// <param name="state">Handed to each call of the handler.</param>
    /// <param name="handler">Called for each that is there, with its place among <paramref name="subflows"/>.</param>
    internal void Read<TState>(ReadOnlySpan<SubflowSocket> subflows, TState state, SubflowHandler<TState> handler)
        where TState : allows ref struct
    {
        Span<byte> requests = stackalloc byte[NetlinkSocket.BatchLimit * SockDiagCodec.LookupSize];
        for (var first = 0; first < subflows.Length; first += NetlinkSocket.BatchLimit)
        {
            var batch = subflows[first..Math.Min(first + NetlinkSocket.BatchLimit, subflows.Length)];
            for (var i = 0; i < batch.Length; i++)
            {
                SockDiagCodec.Lookup(requests[(i * SockDiagCodec.LookupSize)..], batch[i]);
            }

            var found = new Found<TState>(state, handler, first);
            _ = _socket.ExchangeMany(requests[..(batch.Length * SockDiagCodec.LookupSize)], batch.Length, ref found,
                static (int index, in NetlinkMessage message, ref Found<TState> result) => result.Take(index, message));
        }
    }

    /// <summary>Reads the state of one connection by its token, without allocation.</summary>
    /// <returns>False when it is gone.</returns>
    internal bool TryRead(uint token, out MptcpInfo info)
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        var found = (Ok: false, Info: default(MptcpInfo));
        var reply = _socket.Exchange(SockDiagCodec.LookupToken(buffer, token), ref found,
            static (in NetlinkMessage message, ref (bool Ok, MptcpInfo Info) result) =>
            {
                if (SockDiagCodec.TryRead(message.Payload, out var socket) && !socket.Info.IsEmpty)
                {
                    result = (true, MptcpInfo.Read(socket.Info));
                }
            });
        info = found.Info;
        return reply.Ok && found.Ok;
    }

    /// <summary>
    /// Closes a subflow whoever manages its connection; needs CONFIG_INET_DIAG_DESTROY. The only way on a connection that the kernel
    /// manages.
    /// </summary>
    internal KernelError? Destroy(in FourTuple subflow)
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        var reply = _socket.Execute(SockDiagCodec.Destroy(buffer, subflow));
        return reply.Errno == Errno.NoEntry
            ? new KernelError("close a subflow's socket", Errno.NoSuchProcess, reply.Text)
            : KernelError.From("close a subflow's socket", reply);
    }

    public void Dispose() => _socket.Dispose();

    private void Dump(int family, int protocol, SnapshotBuilder builder, SocketHandler handler)
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        for (var attempt = 1; ; attempt++)
        {
            var state = (builder, handler);
            var reply = _socket.Exchange(SockDiagCodec.Dump(buffer, family, protocol), ref state,
                static (in NetlinkMessage message, ref (SnapshotBuilder Builder, SocketHandler Handler) s) =>
                {
                    if (SockDiagCodec.TryRead(message.Payload, out var socket))
                    {
                        s.Handler(socket, s.Builder);
                    }
                });
            if (reply.Ok && (!reply.Interrupted || attempt == DumpAttempts))
            {
                return;
            }

            if (!reply.Ok)
            {
                throw new KernelException(KernelError.From("list connections", reply)!);
            }
        }
    }

    private delegate void SocketHandler(in DiagSocket socket, SnapshotBuilder builder);

    private readonly ref struct Found<TState>(TState state, SubflowHandler<TState> handler, int first)
        where TState : allows ref struct
    {
        private readonly TState _state = state;

        public void Take(int index, in NetlinkMessage message)
        {
            if (SockDiagCodec.TryRead(message.Payload, out var socket) && SubflowStats.TryRead(socket, out var stats))
            {
                handler(first + index, stats, _state);
            }
        }
    }
}

/// <summary>Takes what was measured of one of several subflows.</summary>
internal delegate void SubflowHandler<TState>(int index, in SubflowStats stats, TState state)
    where TState : allows ref struct;
