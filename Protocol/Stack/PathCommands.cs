using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>
/// Commands on connections by their local token, in the shape of the kernel's mptcp_pm (include/uapi/linux/mptcp_pm.h).
/// </summary>
public sealed class PathCommands
{
    private readonly StackHost _host;

    internal PathCommands(StackHost host)
    {
        _host = host;
        Kernel = new KernelPaths(host.Connections);
    }

    /// <summary>The kernel's path manager, for connections that are made with it.</summary>
    public KernelPaths Kernel { get; }

    /// <summary>Opens a subflow (SUBFLOW_CREATE). Whether its handshake works comes as an event.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="local">This end; with port 0 one is picked.</param>
    /// <param name="localId">Id of the local address; 0 only for the one that the connection began on.</param>
    /// <param name="remote">The peer's end.</param>
    /// <param name="backup">Ask the peer to use it as backup only (flag B, RFC 8684 section 3.2).</param>
    public PmResult CreateSubflow(uint token, Endpoint local, byte localId, Endpoint remote, bool backup)
    {
        if (_host.Connections.FindByToken(token) is not { } connection)
        {
            return PmResult.UnknownConnection;
        }

        if (!_host.IsLocal(local.Address))
        {
            return PmResult.AddressNotLocal;
        }

        if (!_host.Ports.TryComplete(local, remote, out var tuple))
        {
            return PmResult.Exists;
        }

        return Touched(connection, connection.Commands.CreateSubflow(tuple, localId, backup));
    }

    /// <summary>Resets a subflow (SUBFLOW_DESTROY); what it carried is sent elsewhere at once.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="tuple">The subflow's ends.</param>
    /// <param name="now">The time.</param>
    public PmResult DestroySubflow(uint token, in FourTuple tuple, Instant now)
    {
        if (_host.Connections.FindByToken(token) is not { } connection)
        {
            return PmResult.UnknownConnection;
        }

        var result = connection.Commands.DestroySubflow(tuple);
        connection.Settle(now);
        return Touched(connection, result);
    }

    /// <summary>Makes a subflow a backup, or no longer one (SET_FLAGS): here, and by MP_PRIO at the peer.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="tuple">The subflow's ends.</param>
    /// <param name="backup">What it is from now on.</param>
    public PmResult SetBackup(uint token, in FourTuple tuple, bool backup) =>
        _host.Connections.FindByToken(token) is { } connection
            ? Touched(connection, connection.Commands.SetBackup(tuple, backup))
            : PmResult.UnknownConnection;

    /// <summary>Announces an address to the peer (ANNOUNCE), again and again until it is echoed.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="id">Id of the address; not 0.</param>
    /// <param name="address">The address; with port 0 the port of the connection is meant.</param>
    /// <param name="now">The time.</param>
    public PmResult Announce(uint token, byte id, Endpoint address, Instant now)
    {
        if (_host.Connections.FindByToken(token) is not { } connection)
        {
            return PmResult.UnknownConnection;
        }

        var result = connection.Commands.Announce(id, address, now);
        connection.Settle(now);
        return Touched(connection, result);
    }

    /// <summary>Withdraws an address (REMOVE): the peer closes its subflows.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="id">Id of the address.</param>
    public PmResult Remove(uint token, byte id) =>
        _host.Connections.FindByToken(token) is { } connection
            ? Touched(connection, connection.Commands.Remove(id))
            : PmResult.UnknownConnection;

    /// <summary>Tells the packet scheduler what a subflow's path costs; the peer does not learn of it.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="tuple">The subflow's ends.</param>
    /// <param name="costClass">0 is free, a higher one costs more.</param>
    /// <param name="weight">Share of the traffic relative to the others'; 0 counts as 1.</param>
    public PmResult SetCost(uint token, in FourTuple tuple, byte costClass, ushort weight) =>
        _host.Connections.FindByToken(token) is { } connection
            ? Touched(connection, connection.Commands.SetCost(tuple, costClass, weight))
            : PmResult.UnknownConnection;

    /// <summary>The connection of a token.</summary>
    /// <param name="token">The local token.</param>
    /// <param name="id">The connection.</param>
    /// <returns>False when there is none.</returns>
    public bool TryFind(uint token, out ConnectionId id)
    {
        var connection = _host.Connections.FindByToken(token);
        id = connection?.Session.Id ?? default;
        return connection is not null;
    }

    /// <summary>The numbers of a subflow, whichever connection has it.</summary>
    /// <param name="tuple">Its ends.</param>
    /// <param name="info">The numbers.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetSubflow(in FourTuple tuple, out SubflowInfo info)
    {
        var member = _host.Flows.Find(tuple);
        info = member is null ? default : Reports.Describe(member);
        return member is not null;
    }

    private PmResult Touched(MptcpConnection connection, PmResult result)
    {
        _host.Connections.Touch(connection);
        return result;
    }
}
