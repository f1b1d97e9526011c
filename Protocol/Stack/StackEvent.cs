using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>What happened; the numbers below 100 are those of the kernel's mptcp_pm events (include/uapi/linux/mptcp_pm.h).</summary>
public enum StackEventKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A multipath connection was made; the peer's part of the handshake may be missing yet.</summary>
    Created = 1,

    /// <summary>A multipath connection is fully established: subflows may be added.</summary>
    Established = 2,

    /// <summary>A multipath connection is gone.</summary>
    Closed = 3,

    /// <summary>The peer announced an address.</summary>
    Announced = 6,

    /// <summary>The peer withdrew an address.</summary>
    Removed = 7,

    /// <summary>A further subflow is established.</summary>
    SubflowEstablished = 10,

    /// <summary>A subflow is gone, or could not be made.</summary>
    SubflowClosed = 11,

    /// <summary>The peer changed a subflow's priority.</summary>
    SubflowPriority = 13,

    /// <summary>A listener was made.</summary>
    ListenerCreated = 15,

    /// <summary>A listener is gone.</summary>
    ListenerClosed = 16,

    /// <summary>The handshake is complete, of plain TCP too: data can be written.</summary>
    Connected = 100,

    /// <summary>A listener has a connection to accept.</summary>
    Acceptable = 101,

    /// <summary>There are bytes to read, or the end of the stream, where there was nothing.</summary>
    Readable = 102,

    /// <summary>There is room to write where a write found none.</summary>
    Writable = 103,

    /// <summary>The connection is over, of plain TCP too: its id means nothing from now on.</summary>
    Ended = 104,

    /// <summary>Multipath TCP was given up; the connection goes on as plain TCP.</summary>
    FellBack = 105,

    /// <summary>The peer echoed an address of ours (RFC 8684 section 3.4.1): <see cref="StackEvent.LocalId"/> is its id.</summary>
    Echoed = 106,
}

/// <summary>One thing that happened: flat, as the kernel's events are, and a value, so that a busy stack allocates none.</summary>
public readonly record struct StackEvent
{
    /// <summary>What happened.</summary>
    public StackEventKind Kind { get; init; }

    /// <summary>The connection; default for a listener's event.</summary>
    public ConnectionId Connection { get; init; }

    /// <summary>The listener; default for a connection's event.</summary>
    public ListenerId Listener { get; init; }

    /// <summary>The local token (RFC 8684 section 3.2); 0 for plain TCP.</summary>
    public uint Token { get; init; }

    /// <summary>Id of the local address.</summary>
    public byte LocalId { get; init; }

    /// <summary>Id of the peer's address.</summary>
    public byte RemoteId { get; init; }

    /// <summary>
    /// The subflow's ends; of <see cref="StackEventKind.Announced"/> the remote end is the announced address, port 0 when none was
    /// given.
    /// </summary>
    public FourTuple Tuple { get; init; }

    /// <summary>The subflow is a backup: by the peer's wish in a priority event, else by either end's.</summary>
    public bool Backup { get; init; }

    /// <summary>The connection was accepted here.</summary>
    public bool ServerSide { get; init; }

    /// <summary>The peer wants no joins to the address and port that the connection began on (flag C, RFC 8684 section 3.1).</summary>
    public bool DenyJoinInitial { get; init; }

    /// <summary>Why it ended.</summary>
    public EndReason Reason { get; init; }

    /// <summary>Reason in the MP_TCPRST that came or was sent (RFC 8684 section 3.6).</summary>
    public byte ResetReason { get; init; }
}

/// <summary>Why a subflow or a connection ended.</summary>
public enum EndReason
{
    /// <summary>It did not end.</summary>
    None,

    /// <summary>Both ends had finished.</summary>
    Finished,

    /// <summary>It was ended here, by a command.</summary>
    Aborted,

    /// <summary>The peer sent a reset or MP_FASTCLOSE.</summary>
    Reset,

    /// <summary>Nobody answered the SYN, or retransmissions went unanswered for too long.</summary>
    TimedOut,

    /// <summary>A SYN was refused.</summary>
    Refused,

    /// <summary>The peer withdrew the address.</summary>
    AddressRemoved,

    /// <summary>The peer, or something between, broke the protocol.</summary>
    ProtocolError,

    /// <summary>A bound of this end was reached.</summary>
    Limit,
}
