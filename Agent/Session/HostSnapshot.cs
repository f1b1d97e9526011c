using System.Collections.Immutable;
using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>All that the agent tells of its host at one instant. Immutable; reports are differences between two of these.</summary>
/// <param name="At">When the host was read, by its own clock.</param>
/// <param name="Paths">The paths, ordered by interface, then address.</param>
/// <param name="Connections">The connections, ordered by token.</param>
/// <param name="Counters">The kernel's MPTCP counters by name.</param>
internal sealed record HostSnapshot(
    DateTimeOffset At,
    EquatableArray<PathObservation> Paths,
    EquatableArray<ConnectionObservation> Connections,
    ImmutableSortedDictionary<string, ulong> Counters);

/// <summary>A connection as reported.</summary>
/// <param name="Token">The local token.</param>
/// <param name="ServerSide">True when the peer opened it.</param>
/// <param name="Local">Local end of the first subflow.</param>
/// <param name="Remote">The peer's end of the first subflow.</param>
/// <param name="Subflows">Its subflows.</param>
/// <param name="TrafficClass">
/// The class of the running plan that it belongs to; empty when none does, and then nothing touches it.
/// </param>
/// <param name="Process">The program that owns it; empty when not known.</param>
internal sealed record ConnectionObservation(
    uint Token,
    bool ServerSide,
    IPEndPoint Local,
    IPEndPoint Remote,
    EquatableArray<SubflowObservation> Subflows,
    string TrafficClass,
    string Process);

/// <summary>A subflow as reported.</summary>
/// <param name="State">Its ends, ids and standing.</param>
/// <param name="RttUs">Smoothed round-trip time, microseconds; 0 while not measured.</param>
/// <param name="BytesSent">Bytes sent, retransmissions included.</param>
/// <param name="BytesReceived">Bytes received.</param>
/// <param name="BytesRetransmitted">Bytes sent again.</param>
internal sealed record SubflowObservation(
    SubflowState State, uint RttUs = 0, ulong BytesSent = 0, ulong BytesReceived = 0, ulong BytesRetransmitted = 0);

/// <summary>Something that happened on the host.</summary>
/// <param name="At">When, by the host's clock.</param>
/// <param name="Kind">One of <see cref="OccurrenceKind"/>.</param>
/// <param name="Token">The connection; 0 when it concerns none.</param>
/// <param name="Path">The path; null when it concerns none.</param>
/// <param name="Text">For a person.</param>
internal sealed record HostOccurrence(DateTimeOffset At, string Kind, uint Token, PathKey? Path, string Text);

/// <summary>The kinds of occurrences; they go over the wire as they are.</summary>
internal static class OccurrenceKind
{
    internal const string Action = "action";
    internal const string Refused = "refused";
    internal const string Reflex = "reflex";
    internal const string FalseAlarm = "false-alarm";
    internal const string Plan = "plan";
    internal const string Handover = "handover";
    internal const string Threshold = "threshold";
    internal const string Dropped = "dropped";

    /// <summary>
    /// True for what the silo may have to answer; single actions come in numbers and follow from what is told with them.
    /// </summary>
    internal static bool IsUrgent(string kind) => kind is Reflex or Plan or Handover or Threshold;
}
