using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Paths;

/// <summary>
/// Decides which subflows a connection has. One instance belongs to one connection: what happens comes in, in the shape of mptcp_pm's
/// events, and what shall be done goes out as commands, appended to a list of the caller's.
/// </summary>
/// <remarks>
/// The connection itself does what every path manager must: it echoes ADD_ADDR, retransmits its own, and closes the subflows of an
/// address that the peer removed (RFC 8684 section 3.4).
/// </remarks>
public interface IPathManager
{
    /// <summary>Name by which it is chosen: "kernel" or "external", the second for the kernel's "userspace".</summary>
    string Name { get; }

    /// <summary>Once, when subflows may be added: a DSS has come from the peer (RFC 8684 section 3.1).</summary>
    /// <param name="first">The first subflow.</param>
    /// <param name="peerRefusesJoins">The peer set flag C: no joins to the address and port of the first subflow.</param>
    /// <param name="commands">What shall be done.</param>
    void HandleEstablished(FourTuple first, bool peerRefusesJoins, ICollection<PathCommand> commands);

    /// <summary>The peer wants to join; false refuses it.</summary>
    bool HandleJoin();

    /// <summary>A further subflow, asked for by either end, is established.</summary>
    /// <param name="localId">Id of the local address.</param>
    /// <param name="remoteId">Id of the peer's address.</param>
    /// <param name="tuple">Its ends.</param>
    /// <param name="commands">What shall be done.</param>
    void HandleSubflowEstablished(byte localId, byte remoteId, FourTuple tuple, ICollection<PathCommand> commands);

    /// <summary>A subflow is gone, could not be made, or a join that was let in did not complete.</summary>
    /// <param name="tuple">Its ends.</param>
    /// <param name="commands">What shall be done.</param>
    void HandleSubflowClosed(FourTuple tuple, ICollection<PathCommand> commands);

    /// <summary>The peer announced an address.</summary>
    /// <param name="remoteId">Its id.</param>
    /// <param name="address">The address; port 0: none was given.</param>
    /// <param name="commands">What shall be done.</param>
    void HandleAnnounced(byte remoteId, Endpoint address, ICollection<PathCommand> commands);

    /// <summary>The peer echoed an address of ours.</summary>
    /// <param name="localId">Its id.</param>
    /// <param name="commands">What shall be done.</param>
    void HandleEchoed(byte localId, ICollection<PathCommand> commands);

    /// <summary>The peer withdrew an address; told before its subflows are closed.</summary>
    /// <param name="remoteId">Its id.</param>
    void HandleRemoved(byte remoteId);
}
