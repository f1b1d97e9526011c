using System.Collections.Immutable;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>The MPTCP connections of a network namespace at one moment, in the order of their tokens.</summary>
internal sealed record KernelSnapshot(ImmutableArray<MptcpConnection> Connections)
{
    internal static KernelSnapshot Empty { get; } = new([]);

    internal MptcpConnection? Find(uint token)
    {
        foreach (var connection in Connections)
        {
            if (connection.Token == token)
            {
                return connection;
            }
        }

        return null;
    }
}

/// <summary>One MPTCP connection.</summary>
/// <param name="Token">Its name at this host.</param>
/// <param name="Tuple">The addresses that the program sees: those of the initial subflow, even after that is gone.</param>
/// <param name="State">As of a TCP connection: FinWait and Closing once the program has nothing more to send.</param>
/// <param name="Role">Which end this host is.</param>
/// <param name="Inode">Of its socket; leads to the program through /proc. 0 when the program has closed it.</param>
/// <param name="UserId">The owner of the socket.</param>
/// <param name="Info">State and counters.</param>
/// <param name="Subflows">In the order of their address ids, then ports.</param>
internal sealed record MptcpConnection(uint Token, FourTuple Tuple, TcpState State, ConnectionRole Role, uint Inode, uint UserId,
    MptcpInfo Info, ImmutableArray<Subflow> Subflows)
{
    internal bool IsServer => Role == ConnectionRole.Server;
}

/// <summary>Which end of a connection this host is.</summary>
internal enum ConnectionRole
{
    /// <summary>Cannot be told: no subflow is left.</summary>
    Unknown,
    Client,
    Server,
}

/// <summary>One subflow.</summary>
/// <param name="Tuple">Addresses and ports, as commands need them.</param>
/// <param name="InterfaceIndex">The interface its socket is bound to; 0 for none.</param>
/// <param name="Congestion">Name of its congestion control.</param>
/// <param name="Stats">Ids, backup flags and measurements.</param>
internal sealed record Subflow(FourTuple Tuple, int InterfaceIndex, string Congestion, SubflowStats Stats)
{
    internal byte LocalId => Stats.LocalId;

    internal byte RemoteId => Stats.RemoteId;

    internal bool Backup => Stats.Backup;
}
