using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol;

/// <summary>What a connection is made with; a listener's go to each connection that it accepts.</summary>
public sealed record ConnectionOptions
{
    /// <summary>Speak Multipath TCP; plain TCP when false, or when the peer does not (RFC 8684 section 3.7).</summary>
    public bool Multipath { get; init; } = true;

    /// <summary>Ask for checksums over data and mappings (flag A, RFC 8684 section 3.1). They are used if either end asks.</summary>
    public bool Checksum { get; init; }

    /// <summary>Tell the peer not to open subflows to the address and port of the first one (flag C, RFC 8684 section 3.1).</summary>
    public bool RefuseJoinsToInitialAddress { get; init; }

    /// <summary>Send data sequence numbers and data ACKs of 32 bits, eight bytes less on each segment (RFC 8684 section 3.3.1).</summary>
    public bool ShortSequenceNumbers { get; init; }

    /// <summary>
    /// Makes the path manager of each connection: <see cref="KernelPaths.Create"/> of <see cref="PathCommands.Kernel"/> for the kernel's
    /// rules; null when commands come from outside (<see cref="Stack.Paths"/>).
    /// </summary>
    public Func<IPathManager>? PathManager { get; init; }

    /// <summary>Name of the packet scheduler.</summary>
    public string Scheduler { get; init; } = Schedulers.Default;

    /// <summary>
    /// What is set of the scheduler; <see cref="Stack.SetSchedulerOptions"/> changes it while the connection runs.
    /// </summary>
    public SchedulerOptions SchedulerOptions { get; init; } = SchedulerOptions.Default;

    /// <summary>
    /// What the paths from local addresses cost, for schedulers that ask; a path that is not named is free and has weight 1.
    /// <see cref="PathCommands.SetCost"/> changes it for a subflow.
    /// </summary>
    public IReadOnlyList<PathCost> PathCosts { get; init; } = [];

    /// <summary>Name of the congestion control: reno, cubic, lia or olia.</summary>
    public string Congestion { get; init; } = "cubic";

    /// <summary>Bytes that may be written and not yet acknowledged.</summary>
    public int SendBufferLimit { get; init; } = 4 << 20;

    /// <summary>Bytes that the receive window has at first.</summary>
    public int InitialReceiveWindow { get; init; } = 256 << 10;

    /// <summary>Bytes that the receive window may grow to while the application keeps up with what comes.</summary>
    public int ReceiveBufferLimit { get; init; } = 6 << 20;

    /// <summary>Send short segments at once instead of gathering them while data is in flight (Nagle, RFC 9293 section 3.7.4).</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>
    /// Spread data over the round trip instead of sending it as fast as the window opens, at 1.25 times the rate that the window asks
    /// for, twice in slow start. Off by default, by the measurements behind the table of schedulers: over 20, 50 and 80 ms bulk data gains
    /// nothing from it (33.2 Mbit/s with and without, 12.0 and 12.1 at 1% loss; 33.0 either way to a kernel over emulated links), while
    /// messages at 1% loss wait longer in the middle (p50 14 ms for 12, p90 33 for 28 with ecf) and not clearly shorter at the end (p99 52
    /// for 59 with ecf, 71 for 62 with minRtt).
    /// </summary>
    public bool Pacing { get; init; }

    /// <summary>
    /// Ask for timestamps and take them (RFC 7323 section 3): 12 bytes on each segment, for round trips measured on retransmissions too,
    /// late duplicates told apart, and needless retransmissions found out. Used if both ends want them.
    /// </summary>
    public bool Timestamps { get; init; } = true;

    /// <summary>Idle time after which a subflow is probed (RFC 9293 section 3.8.4); null for never.</summary>
    public Duration? KeepAlive { get; init; }

    /// <summary>
    /// Tell the peer of an abort by RST on all subflows (RFC 8684 section 3.5, option R) instead of by an ACK that is repeated until it is
    /// answered (option A): nothing is kept, and the peer may never learn of it.
    /// </summary>
    public bool FastCloseByReset { get; init; }

    /// <summary>
    /// SYNs with MP_CAPABLE before one without is tried, as against blackholes (Linux: syn_retrans_before_tcp_fallback).
    /// </summary>
    public int SynsBeforeFallback { get; init; } = 3;

    /// <summary>
    /// Time after which a connection is given up that has no subflow, whose peer does not acknowledge the end of our stream, or, once it
    /// was released, whose peer acknowledges nothing (RFC 8684 section 3.3.3 leaves it open; Linux: 60 s).
    /// </summary>
    public Duration CloseTimeout { get; init; } = Duration.FromSeconds(60);

    /// <summary>Time after which an unanswered ADD_ADDR is sent again (RFC 8684 section 3.4.1; Linux: 120 s at most).</summary>
    public Duration AddAddressTimeout { get; init; } = Duration.FromSeconds(15);
}
