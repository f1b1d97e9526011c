using System.Net;

namespace Multipath.Policies.Model;

/// <summary>What the data plane of a host holds now: the input of Realise.</summary>
/// <param name="Paths">The local paths, usable or not.</param>
/// <param name="Connections">The connections, ordered by token.</param>
public sealed record HostState(EquatableArray<LocalPath> Paths, EquatableArray<ConnectionState> Connections);

/// <summary>A local path.</summary>
/// <param name="Path">Which path.</param>
/// <param name="InterfaceIndex">The kernel's interface index.</param>
/// <param name="State">Whether it can carry data.</param>
public sealed record LocalPath(PathKey Path, int InterfaceIndex, PathState State);

/// <summary>An MPTCP connection.</summary>
/// <param name="Token">The local token (RFC 8684 section 3.1), by which the path manager names it.</param>
/// <param name="ServerSide">True when the peer opened it.</param>
/// <param name="Local">Local address and port of the first subflow.</param>
/// <param name="Remote">The peer's address and port of the first subflow.</param>
/// <param name="Subflows">Its subflows, ordered by local, then remote endpoint.</param>
/// <param name="RemoteAddresses">Addresses that the peer announced (ADD_ADDR).</param>
/// <param name="RefusesInitial">
/// The peer takes no further subflow to the address and port of the first (the C flag, RFC 8684 section 3.1), as behind a load balancer.
/// </param>
/// <param name="Progress">What its subflows carried, of those that were measured.</param>
public sealed record ConnectionState(
    uint Token,
    bool ServerSide,
    IPEndPoint Local,
    IPEndPoint Remote,
    EquatableArray<SubflowState> Subflows,
    EquatableArray<RemoteAddress> RemoteAddresses,
    bool RefusesInitial = false,
    EquatableArray<SubflowProgress> Progress = default);

/// <summary>What a subflow carried.</summary>
/// <param name="Local">Its local address and port.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="BytesSent">Bytes sent, retransmissions included.</param>
/// <param name="BytesAcked">Bytes acknowledged.</param>
/// <param name="Outstanding">Something is under way.</param>
/// <param name="Heard">How long ago the peer last sent data on it, or the connection began.</param>
public sealed record SubflowProgress(
    IPEndPoint Local, IPEndPoint Remote, ulong BytesSent, ulong BytesAcked, bool Outstanding, TimeSpan Heard = default);

/// <summary>An address that the peer announced.</summary>
/// <param name="Id">Its address id.</param>
/// <param name="EndPoint">Address and port.</param>
public sealed record RemoteAddress(byte Id, IPEndPoint EndPoint);

/// <summary>A subflow.</summary>
/// <param name="Local">Local address and port.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="LocalId">Address id at this end; 0 for the address of the first subflow.</param>
/// <param name="RemoteId">Address id at the peer's end.</param>
/// <param name="Established">False while the join is under way.</param>
/// <param name="Backup">This end asked for backup.</param>
/// <param name="Silent">Data sent on it is not acknowledged within the reflex's threshold.</param>
public sealed record SubflowState(
    IPEndPoint Local, IPEndPoint Remote, byte LocalId, byte RemoteId, bool Established, bool Backup, bool Silent = false);
