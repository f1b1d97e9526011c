namespace Multipath.Protocol.Connection;

/// <summary>How bytes of the stream and bytes of subflows belong together.</summary>
internal enum Mode
{
    /// <summary>The first handshake will tell.</summary>
    Negotiating,

    /// <summary>Multipath TCP: by mappings.</summary>
    Multipath,

    /// <summary>One subflow and one mapping without end: plain TCP from the start, or fallen back (RFC 8684 section 3.7).</summary>
    Plain,
}

/// <summary>How far a subflow is with proving that both ends know the keys (RFC 8684 section 3.2, figure 8).</summary>
internal enum JoinPhase
{
    /// <summary>The first subflow, which joins nothing.</summary>
    None,

    /// <summary>We join: the SYN/ACK with the peer's proof is awaited.</summary>
    Asked,

    /// <summary>We join: our proof was sent, its acknowledgment is awaited. No data may be sent (pre-established).</summary>
    Proved,

    /// <summary>The peer joins: its proof is awaited.</summary>
    Challenged,

    /// <summary>Both proofs are known.</summary>
    Joined,
}
