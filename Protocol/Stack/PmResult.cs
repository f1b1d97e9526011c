namespace Multipath.Protocol;

/// <summary>Answer to a path manager's command; the comments name the error that mptcp_pm gives for the same.</summary>
public enum PmResult
{
    /// <summary>Done, or begun: how a subflow's handshake ends comes as an event.</summary>
    Ok,

    /// <summary>No connection has that token (ESRCH).</summary>
    UnknownConnection,

    /// <summary>The connection is plain TCP, or fell back to it (EINVAL).</summary>
    NotMultipath,

    /// <summary>The connection is not yet fully established, or is closing (ENOTCONN).</summary>
    NotReady,

    /// <summary>Families differ, an id is 0 where none may be, or contradicts what is known (EINVAL).</summary>
    Invalid,

    /// <summary>The address is none of the stack's (EADDRNOTAVAIL).</summary>
    AddressNotLocal,

    /// <summary>There is such a subflow already (EADDRINUSE).</summary>
    Exists,

    /// <summary>There is no such subflow (ESRCH).</summary>
    UnknownSubflow,

    /// <summary>No address with that id was announced and no subflow uses it (EINVAL).</summary>
    UnknownAddress,

    /// <summary>A bound was reached (ENOSPC).</summary>
    LimitReached,

    /// <summary>The peer asked for no joins to that address (flag C, RFC 8684 section 3.1).</summary>
    Prohibited,
}
