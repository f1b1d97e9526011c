namespace Multipath.Protocol.Connection;

/// <summary>What becomes of a SYN with MP_JOIN whose token is known.</summary>
internal enum JoinAnswer
{
    /// <summary>It is answered.</summary>
    Accepted,

    /// <summary>Many are under way that have proved nothing: it is answered, but gets a subflow only when it has.</summary>
    Deferred,

    /// <summary>The connection has as many subflows as it may.</summary>
    NoRoom,

    /// <summary>It is against this end's rules, or the connection is no longer joined.</summary>
    Prohibited,
}
