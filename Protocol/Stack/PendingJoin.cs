using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol;

/// <summary>A join of which only the SYN has come, and how it was answered (RFC 8684 section 3.2).</summary>
internal readonly record struct PendingJoin
{
    /// <summary>Keeps what a SYN says.</summary>
    public PendingJoin(in ParsedPacket syn)
    {
        ref readonly var options = ref syn.Options;
        Tuple = syn.Tuple;
        PeerInitial = syn.Seq;
        Mss = options.Mss;
        WindowScale = options.WindowScale;
        SackPermitted = options.SackPermitted;
        HasTimestamps = options.Timestamps is not null;
        Token = options.Mptcp.Join.Token;
        RemoteId = options.Mptcp.Join.AddressId;
        RemoteNonce = options.Mptcp.Join.Nonce;
        IsBackup = options.Mptcp.Join.Backup;
    }

    /// <summary>Its place in the order of all, from 1; 0 for none.</summary>
    public long Order { get; init; }

    /// <summary>Its ends.</summary>
    public FourTuple Tuple { get; }

    /// <summary>The number of the peer's SYN.</summary>
    public Seq32 PeerInitial { get; }

    /// <summary>The number of our SYN/ACK.</summary>
    public Seq32 Initial { get; init; }

    /// <summary>Where the clock of our timestamps starts.</summary>
    public uint TimestampOffset { get; init; }

    /// <summary>Our token, which says what is joined.</summary>
    public uint Token { get; }

    /// <summary>Our nonce.</summary>
    public uint LocalNonce { get; init; }

    /// <summary>The peer's nonce.</summary>
    public uint RemoteNonce { get; }

    /// <summary>Id of our address, as told.</summary>
    public byte LocalId { get; init; }

    /// <summary>Id of the peer's address.</summary>
    public byte RemoteId { get; }

    /// <summary>The peer asks to use the subflow as backup only.</summary>
    public bool IsBackup { get; }

    /// <summary>The peer takes selective acknowledgments.</summary>
    public bool SackPermitted { get; }

    /// <summary>The peer sends timestamps.</summary>
    public bool HasTimestamps { get; }

    /// <summary>The peer's window scale.</summary>
    public byte? WindowScale { get; }

    /// <summary>The peer's segment size.</summary>
    public ushort? Mss { get; }

    /// <summary>Whether a SYN is the one that is kept, sent again.</summary>
    public bool IsOf(in ParsedPacket syn) =>
        syn.Seq == PeerInitial && syn.Options.Mptcp.Join.Nonce == RemoteNonce && syn.Options.Mptcp.Join.Token == Token;
}
