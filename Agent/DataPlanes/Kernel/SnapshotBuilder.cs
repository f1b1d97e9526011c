using System.Collections.Immutable;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// Joins what two dumps tell, of MPTCP connections and of TCP sockets, on the token. Entries that a disturbed dump repeats count once.
/// </summary>
internal sealed class SnapshotBuilder
{
    private readonly Dictionary<uint, (FourTuple Tuple, TcpState State, uint Inode, uint UserId, MptcpInfo Info)> _connections = [];
    private readonly Dictionary<uint, Dictionary<FourTuple, Subflow>> _subflows = [];

    internal void AddSubflow(in DiagSocket socket)
    {
        if (!SubflowStats.TryRead(socket, out var stats))
        {
            return;
        }

        if (!_subflows.TryGetValue(stats.Token, out var list))
        {
            _subflows[stats.Token] = list = [];
        }

        var tuple = socket.Tuple;
        list[tuple] = new Subflow(tuple, socket.InterfaceIndex, socket.Congestion, stats);
    }

    internal void AddConnection(in DiagSocket socket)
    {
        var info = MptcpInfo.Read(socket.Info);
        if (info.Token != 0)
        {
            _connections[info.Token] = (socket.Tuple, socket.State, socket.Inode, socket.UserId, info);
        }
    }

    internal KernelSnapshot Build() => new(
    [
        .. _connections
            .OrderBy(pair => pair.Key)
            .Select(pair =>
            {
                var (tuple, state, inode, userId, info) = pair.Value;
                var subflows = Sorted(pair.Key, state);
                return new MptcpConnection(pair.Key, tuple, state, RoleOf(subflows), inode, userId, info, subflows);
            }),
    ]);

    private ImmutableArray<Subflow> Sorted(uint token, TcpState connection) => _subflows.TryGetValue(token, out var found)
        ? [.. found.Values.Where(s => !IsLeftOver(s.Stats.Tcp.State, connection))
            .OrderBy(s => s.LocalId).ThenBy(s => s.RemoteId).ThenBy(s => s.Tuple.LocalPort).ThenBy(s => s.Tuple.RemotePort)]
        : [];

    /// <summary>The kernel keeps the socket of an initial subflow after closing it, though its connection goes on.</summary>
    private static bool IsLeftOver(TcpState subflow, TcpState connection) =>
        (subflow is TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing or TcpState.LastAck)
            && (connection is TcpState.Established or TcpState.CloseWait);

    /// <summary>The initial subflow tells for sure; once it is gone, joins do, since hardly any server makes them.</summary>
    private static ConnectionRole RoleOf(ImmutableArray<Subflow> subflows)
    {
        var role = ConnectionRole.Unknown;
        foreach (var subflow in subflows)
        {
            switch (subflow.Stats.Origin)
            {
                case SubflowOrigin.InitialByUs:
                    return ConnectionRole.Client;
                case SubflowOrigin.InitialByPeer:
                    return ConnectionRole.Server;
                case SubflowOrigin.JoinByUs:
                    role = ConnectionRole.Client;
                    break;
                case SubflowOrigin.JoinByPeer when role == ConnectionRole.Unknown:
                    role = ConnectionRole.Server;
                    break;
            }
        }

        return role;
    }
}
