using System.Net;

namespace Multipath.Policies.Model;

/// <summary>One change to the data plane, as decided by Realise.</summary>
/// <param name="Token">The connection.</param>
/// <param name="Reason">Why, for a person.</param>
public abstract record DataPlaneAction(uint Token, string Reason);

/// <summary>Opens a subflow (MP_JOIN, RFC 8684 section 3.2).</summary>
/// <param name="Token">The connection.</param>
/// <param name="Path">The local path.</param>
/// <param name="InterfaceIndex">Its interface.</param>
/// <param name="LocalId">Address id, not 0 and not in use for another address of the connection.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Backup">As a backup.</param>
/// <param name="Reason">Why.</param>
public sealed record CreateSubflow(
    uint Token, PathKey Path, int InterfaceIndex, byte LocalId, IPEndPoint Remote, bool Backup, string Reason)
    : DataPlaneAction(Token, Reason);

/// <summary>Closes a subflow; the kernel reinjects what it carried at once.</summary>
/// <param name="Token">The connection.</param>
/// <param name="Local">Local address and port.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Reason">Why.</param>
public sealed record DestroySubflow(uint Token, IPEndPoint Local, IPEndPoint Remote, string Reason) : DataPlaneAction(Token, Reason);

/// <summary>Changes a subflow's priority (MP_PRIO, RFC 8684 section 3.3.8); only ever for a path that answers.</summary>
/// <param name="Token">The connection.</param>
/// <param name="Local">Local address and port.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Backup">Backup or not.</param>
/// <param name="Reason">Why.</param>
public sealed record SetBackup(uint Token, IPEndPoint Local, IPEndPoint Remote, bool Backup, string Reason)
    : DataPlaneAction(Token, Reason);

/// <summary>Tells the peer that an address is gone (REMOVE_ADDR, RFC 8684 section 3.4.2), which makes it reinject.</summary>
/// <param name="Token">The connection.</param>
/// <param name="LocalId">The address id.</param>
/// <param name="Reason">Why.</param>
public sealed record WithdrawAddress(uint Token, byte LocalId, string Reason) : DataPlaneAction(Token, Reason);

/// <summary>Tells the peer of an address (ADD_ADDR, RFC 8684 section 3.4.1).</summary>
/// <param name="Token">The connection.</param>
/// <param name="Path">The local path.</param>
/// <param name="LocalId">Its address id.</param>
/// <param name="Reason">Why.</param>
public sealed record AnnounceAddress(uint Token, PathKey Path, byte LocalId, string Reason) : DataPlaneAction(Token, Reason);
