using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>How a subflow behaves. One value serves many subflows.</summary>
public sealed record SubflowOptions
{
    /// <summary>What most hosts use.</summary>
    public static SubflowOptions Default { get; } = new();

    /// <summary>Whether to ask for timestamps and take them (RFC 7323 section 3).</summary>
    public bool Timestamps { get; init; } = true;

    /// <summary>Whether to ask for selective acknowledgments and send them (RFC 2018).</summary>
    public bool SelectiveAcks { get; init; } = true;

    /// <summary>The shift of windows that this end advertises, 0 to 14 (RFC 7323 section 2).</summary>
    public byte WindowScale { get; init; } = 8;

    /// <summary>Whether a segment that is not full waits while data is in flight (RFC 9293 section 3.7.4).</summary>
    public bool Nagle { get; init; }

    /// <summary>Whether data is spread over the round trip instead of sent in bursts.</summary>
    public bool Pacing { get; init; }

    /// <summary>The timeout before a round trip was measured (RFC 6298 section 2.1).</summary>
    public Duration InitialTimeout { get; init; } = Duration.FromSeconds(1);

    /// <summary>The least retransmission timeout; below RFC 6298's second, as in every stack in use.</summary>
    public Duration MinTimeout { get; init; } = Duration.FromMillis(200);

    /// <summary>The largest, at least 60 seconds (RFC 6298 section 2.5).</summary>
    public Duration MaxTimeout { get; init; } = Duration.FromSeconds(120);

    /// <summary>How often a SYN or SYN/ACK is sent again before the handshake fails.</summary>
    public int HandshakeRetries { get; init; } = 6;

    /// <summary>How often data or a probe is sent again without an answer before the subflow ends (RFC 9293 section 3.8.3).</summary>
    public int Retries { get; init; } = 15;

    /// <summary>How long an ACK waits, below half a second (RFC 9293 section 3.8.6.3).</summary>
    public Duration AckDelay { get; init; } = Duration.FromMillis(40);

    /// <summary>How long the peer's ACK of a single segment may be delayed (TLP.max_ack_delay, RFC 8985 section 7.2).</summary>
    public Duration PeerAckDelay { get; init; } = Duration.FromMillis(50);

    /// <summary>How long nothing may be heard before a keepalive is sent (RFC 9293 section 3.8.4); zero sends none.</summary>
    public Duration KeepAliveIdle { get; init; }

    /// <summary>The time between keepalives that are not answered.</summary>
    public Duration KeepAliveInterval { get; init; } = Duration.FromSeconds(75);

    /// <summary>Keepalives that may stay unanswered before the subflow is given up.</summary>
    public int KeepAliveProbes { get; init; } = 9;

    /// <summary>Twice the maximum segment lifetime: how long TIME-WAIT lasts.</summary>
    public Duration TimeWait { get; init; } = Duration.FromSeconds(60);

    /// <summary>How long FIN-WAIT-2 waits for the peer's FIN; a peer that never closes must not hold state forever.</summary>
    public Duration FinWait { get; init; } = Duration.FromSeconds(60);
}
