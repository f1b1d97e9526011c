namespace Multipath.Protocol;

/// <summary>The bounds of a <c>Stack</c>: what a peer, or many, can make it hold.</summary>
public sealed record StackLimits
{
    /// <summary>Connections at one time; each takes a few kilobytes while idle.</summary>
    public int Connections { get; init; } = 65_536;

    /// <summary>Subflows of one connection, at most 9: eight as Linux has it (MPTCP_PM_ADDR_MAX), and the one it began with.</summary>
    public int Subflows { get; init; } = 9;

    /// <summary>Addresses that one connection keeps of its peer, and announces of its own: as Linux has it.</summary>
    public int Addresses { get; init; } = 8;

    /// <summary>First handshakes that a listener keeps. Past it SYNs are answered by cookies, of which nothing is kept.</summary>
    public int HalfOpenPerListener { get; init; } = 1024;

    /// <summary>Established connections that a listener holds until they are accepted; past it SYNs are dropped.</summary>
    public int Backlog { get; init; } = 1024;

    /// <summary>
    /// Joins under way on one connection: each has shown a token but not yet that it knows the keys. Past it SYNs are answered without a
    /// subflow, see <see cref="PendingJoins"/>.
    /// </summary>
    public int HalfOpenJoins { get; init; } = 4;

    /// <summary>Joins under way on all connections: a flood with a known token must not fill the table of subflows.</summary>
    public int HalfOpenJoinsTotal { get; init; } = 4096;

    /// <summary>Joins past those bounds of which the SYN is remembered, about 120 bytes each; past it older ones are forgotten.</summary>
    public int PendingJoins { get; init; } = 65_536;

    /// <summary>Ranges that a connection keeps which came before earlier bytes.</summary>
    public int EarlyRanges { get; init; } = 1024;

    /// <summary>
    /// Bytes that a subflow holds for want of a mapping, or of the rest of a mapping whose checksum is to be verified. With checksums
    /// 128 KB of them are kept for what comes in order.
    /// </summary>
    public int HeldBytes { get; init; } = 256 << 10;

    /// <summary>Bytes in all buffers together.</summary>
    public long BufferMemory { get; init; } = 1L << 30;

    /// <summary>Events that wait for <c>PollEvent</c>; past it the oldest are lost and counted.</summary>
    public int Events { get; init; } = 65_536;

    /// <summary>Destinations remembered as swallowing SYNs with MP_CAPABLE.</summary>
    public int Blackholes { get; init; } = 1024;
}
