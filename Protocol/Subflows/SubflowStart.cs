using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>What a subflow is made of.</summary>
public sealed record SubflowStart
{
    /// <summary>How it behaves.</summary>
    public required SubflowOptions Options { get; init; }

    /// <summary>Its congestion control, of this subflow alone.</summary>
    public required ICongestionControl Congestion { get; init; }

    /// <summary>The initial sequence number; not to be guessed (RFC 6528).</summary>
    public required Seq32 InitialSequence { get; init; }

    /// <summary>Where the clock of its timestamps starts; not to be guessed (RFC 7323 section 5.4).</summary>
    public uint TimestampOffset { get; init; }

    /// <summary>Bytes of the largest packet that the link takes, IP header included.</summary>
    public required int Mtu { get; init; }

    /// <summary>Whether its addresses are IPv4.</summary>
    public required bool IsV4 { get; init; }

    /// <summary>Octets that may be received at first; later <see cref="Subflow.ReceiveWindow"/>.</summary>
    public required int ReceiveWindow { get; init; }
}
