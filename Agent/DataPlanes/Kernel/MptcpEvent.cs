using System.Net;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// What the kernel tells about its MPTCP connections (linux/mptcp_pm.h, enum mptcp_event_type): ten kinds and the loss of some.
/// </summary>
internal abstract record MptcpEvent
{
    private MptcpEvent()
    {
    }

    /// <summary>A connection began; it may still be shaking hands. The time to announce addresses.</summary>
    /// <param name="Token">The connection, at this host.</param>
    /// <param name="Initial">Its first subflow.</param>
    /// <param name="ServerSide">True where this host accepted it.</param>
    /// <param name="DenyJoinInitial">The peer asks for no further subflow to the address and port of the first (the C flag).</param>
    internal sealed record Created(uint Token, FourTuple Initial, bool ServerSide, bool DenyJoinInitial) : MptcpEvent;

    /// <summary>A connection can have further subflows from now on.</summary>
    /// <inheritdoc cref="Created"/>
    internal sealed record Established(uint Token, FourTuple Initial, bool ServerSide, bool DenyJoinInitial) : MptcpEvent;

    /// <summary>A connection ended.</summary>
    internal sealed record Closed(uint Token) : MptcpEvent;

    /// <summary>The peer announced an address.</summary>
    /// <param name="Token">The connection, at this host.</param>
    /// <param name="RemoteId">The peer's id for the address.</param>
    /// <param name="Address">The address.</param>
    /// <param name="Port">The port to connect to; 0 for the port of the connection.</param>
    internal sealed record Announced(uint Token, byte RemoteId, IPAddress Address, ushort Port) : MptcpEvent;

    /// <summary>The peer withdrew an address.</summary>
    internal sealed record Removed(uint Token, byte RemoteId) : MptcpEvent;

    /// <summary>A further subflow is there. The end that made it always says "not backup" here, even of a backup.</summary>
    internal sealed record SubflowEstablished(uint Token, SubflowFacts Subflow) : MptcpEvent;

    /// <summary>A subflow is gone, or a new one failed.</summary>
    /// <param name="Token">The connection, at this host.</param>
    /// <param name="Subflow">Which.</param>
    /// <param name="Error">The error number of its socket, such as ETIMEDOUT or ECONNREFUSED; 0 for none.</param>
    /// <param name="ResetReason">The reason in the peer's reset (RFC 8684, section 3.6); null where there was none.</param>
    internal sealed record SubflowClosed(uint Token, SubflowFacts Subflow, int Error, uint? ResetReason) : MptcpEvent;

    /// <summary>The peer changed the priority of a subflow.</summary>
    internal sealed record SubflowPriority(uint Token, SubflowFacts Subflow) : MptcpEvent;

    /// <summary>A program listens for MPTCP.</summary>
    internal sealed record ListenerCreated(IPAddress Address, ushort Port) : MptcpEvent;

    /// <summary>A program listens no more.</summary>
    internal sealed record ListenerClosed(IPAddress Address, ushort Port) : MptcpEvent;

    /// <summary>Events were lost, because they came faster than they were read: take a new snapshot.</summary>
    internal sealed record Overrun : MptcpEvent;
}

/// <summary>A subflow as events describe it.</summary>
/// <param name="Tuple">Addresses and ports.</param>
/// <param name="LocalId">This host's id of the local address.</param>
/// <param name="RemoteId">The peer's id of the remote address.</param>
/// <param name="Backup">Marked as backup by either end.</param>
/// <param name="InterfaceIndex">The interface it is bound to; 0 for none.</param>
internal readonly record struct SubflowFacts(FourTuple Tuple, byte LocalId, byte RemoteId, bool Backup, int InterfaceIndex);

/// <summary>
/// Both ends of a subflow, as the kernel has them: IPv4 on a dual-stack socket is mapped into IPv6 and must stay so in commands.
/// </summary>
internal readonly record struct FourTuple(IPAddress LocalAddress, ushort LocalPort, IPAddress RemoteAddress, ushort RemotePort)
{
    internal IPEndPoint Local => new(LocalAddress, LocalPort);

    internal IPEndPoint Remote => new(RemoteAddress, RemotePort);

    /// <summary>For people: IPv4 as IPv4.</summary>
    public override string ToString() => $"{Show(LocalAddress, LocalPort)} -> {Show(RemoteAddress, RemotePort)}";

    /// <summary>The address and port as a person writes them, IPv4 always as IPv4.</summary>
    internal static string Show(IPAddress address, ushort port) =>
        new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port).ToString();
}

/// <summary>What to ask for to find a subflow's socket.</summary>
/// <param name="Tuple">Its ends.</param>
/// <param name="InterfaceIndex">
/// Of its path. A socket that is bound to an interface, as all are that this agent makes, is found by asking for that interface alone; one
/// that is bound to none is found whatever is asked for.
/// </param>
internal readonly record struct SubflowSocket(FourTuple Tuple, int InterfaceIndex);
