using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Paths;

/// <summary>What a path manager wants done on a connection: the commands of the kernel's generic netlink family mptcp_pm.</summary>
public abstract record PathCommand
{
    private PathCommand()
    {
    }

    /// <summary>Open a subflow (subflow-create).</summary>
    /// <param name="LocalId">Id of the local address; 0 is the one that the connection began on.</param>
    /// <param name="Local">The local address; unspecified: whichever routing gives.</param>
    /// <param name="RemoteId">Id of the peer's address.</param>
    /// <param name="Remote">The peer's address and port.</param>
    /// <param name="Backup">Join with the B flag (RFC 8684 section 3.2).</param>
    public sealed record CreateSubflow(byte LocalId, IpAddr Local, byte RemoteId, Endpoint Remote, bool Backup) : PathCommand;

    /// <summary>Close a subflow (subflow-destroy).</summary>
    /// <param name="Tuple">Its ends.</param>
    public sealed record DestroySubflow(FourTuple Tuple) : PathCommand;

    /// <summary>Tell the peer whether a subflow is a backup (set-flags; MP_PRIO, RFC 8684 section 3.3.8).</summary>
    /// <param name="Tuple">Its ends.</param>
    /// <param name="Backup">What it is from now on.</param>
    public sealed record SetBackup(FourTuple Tuple, bool Backup) : PathCommand;

    /// <summary>Announce an address (announce; ADD_ADDR, RFC 8684 section 3.4.1).</summary>
    /// <param name="LocalId">Its id.</param>
    /// <param name="Address">The address; port 0: none is announced.</param>
    public sealed record Announce(byte LocalId, Endpoint Address) : PathCommand;

    /// <summary>Withdraw an address (remove; REMOVE_ADDR, RFC 8684 section 3.4.2).</summary>
    /// <param name="LocalId">Its id.</param>
    public sealed record Withdraw(byte LocalId) : PathCommand;
}
