using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>
/// How far a subflow may be used for data, best first: a scheduler looks only at the best standing that any subflow has.
/// </summary>
public enum Standing : byte
{
    /// <summary>May carry data.</summary>
    Active,

    /// <summary>May carry data when no subflow is <see cref="Active"/> (RFC 8684 section 3.3.8, the B flag).</summary>
    Backup,

    /// <summary>Makes no progress: a last resort when nothing else is left.</summary>
    Stale,

    /// <summary>Carries no data: not established, not fully joined, closing or closed.</summary>
    Unusable,
}

/// <summary>
/// What a scheduler may know of one subflow at the moment of a pick. The connection fills an array of these before it asks; a scheduler
/// keeps none of them.
/// </summary>
public struct SubflowView
{
    /// <summary>The most subflows of a connection, and one more than the highest <see cref="Id"/>: the first and eight
    /// further ones (MPTCP_PM_ADDR_MAX of Linux). A set of them fits in an int.</summary>
    public const int MaxSubflows = 9;

    /// <summary>Slot of the subflow in its connection, 0 to 8; the same as long as the subflow lives.</summary>
    public int Id { get; set; }

    /// <summary>Established, fully joined (RFC 8684 section 3.2: the fourth ACK was received) and not closing.</summary>
    public bool Usable { get; set; }

    /// <summary>Either end asked for it to be used as backup only (RFC 8684 sections 3.2 and 3.3.8).</summary>
    public bool Backup { get; set; }

    /// <summary>
    /// Data is outstanding and nothing was heard: for as long as <see cref="IScheduler.OverdueAfter"/> or
    /// <see cref="IScheduler.SuspectAfter"/> says, or for several retransmission timeouts (Linux net.mptcp.stale_loss_cnt, 4). The next ACK
    /// ends it.
    /// </summary>
    public bool Stale { get; set; }

    /// <summary>Smoothed round-trip time; zero before the first sample (RFC 6298).</summary>
    public Duration Srtt { get; set; }

    /// <summary>Variation of the round-trip time (RFC 6298).</summary>
    public Duration RttVar { get; set; }

    /// <summary>Retransmission timeout with its backoff (RFC 6298).</summary>
    public Duration Rto { get; set; }

    /// <summary>Largest payload of a segment, bytes.</summary>
    public int Mss { get; set; }

    /// <summary>Congestion window, bytes.</summary>
    public int Cwnd { get; set; }

    /// <summary>Slow start threshold, bytes; <see cref="int.MaxValue"/> before the first loss.</summary>
    public int SlowStartThreshold { get; set; }

    /// <summary>Bytes assigned to the subflow that its peer has not acknowledged, sent or not (Linux sk_wmem_queued).</summary>
    public int QueuedBytes { get; set; }

    /// <summary>
    /// Bytes of new data that congestion window, peer's window and pacing let the subflow send now, what is queued and unsent deducted; in
    /// whole segments, or a pick would make runts of what is left of a window (RFC 9293 section 3.8.6.2.1).
    /// </summary>
    public int Space { get; set; }

    /// <summary>Rate at which the subflow would pace a full window, bytes per second; 0 if not known.</summary>
    public long PacingRate { get; set; }

    /// <summary>Cost class of the path; 0 is free, a higher one costs more.</summary>
    public byte CostClass { get; set; }

    /// <summary>Share of the traffic that <c>weighted</c> gives this subflow, relative to the others'; 0 counts as 1.</summary>
    public ushort Weight { get; set; }

    /// <summary>
    /// With <see cref="SchedulerMode.Redundant"/>: bytes between this subflow's own cursor and the end of what was written. Not used
    /// otherwise.
    /// </summary>
    public long UncarriedBytes { get; set; }

    /// <summary>For a reinjection: the subflow already carries the bytes in question.</summary>
    public bool Carries { get; set; }

    /// <summary>How far the subflow may be used.</summary>
    public readonly Standing Standing =>
        !Usable ? Standing.Unusable : Stale ? Standing.Stale : Backup ? Standing.Backup : Standing.Active;

    /// <summary>Bytes per second that a full window gives: window over round-trip time; 0 before the first sample.</summary>
    public readonly long Rate => Srtt.Micros <= 0 ? 0 : Cwnd * 1_000_000L / Srtt.Micros;
}
