using System.Collections.Immutable;
using System.Net;
using Multipath.Policies.Model;
using Orleans;

namespace Multipath.Contracts.Grains;

/// <summary>What an agent says first.</summary>
/// <param name="Session">Made by the gateway; names the session in every later call.</param>
/// <param name="Labels">The host's labels.</param>
/// <param name="AgentVersion">The agent's version, as text.</param>
/// <param name="Running">The plan that runs whole; null when none does.</param>
/// <param name="ObservationSequence">Sequence of the last report of an earlier session; 0 if none.</param>
/// <param name="Capabilities">What the host's data plane can do.</param>
/// <param name="Taken">
/// The newest plan that it took over, whole or in part: it refuses older ones; null when none was, or none is said.
/// </param>
[GenerateSerializer, Immutable, Alias("mp.HostHello")]
public sealed record HostHello(
    [property: Id(0)] string Session,
    [property: Id(1)] ImmutableSortedDictionary<string, string> Labels,
    [property: Id(2)] string AgentVersion,
    [property: Id(3)] PlanVersion? Running,
    [property: Id(4)] ulong ObservationSequence,
    [property: Id(5)] HostCapabilities Capabilities,
    [property: Id(6)] PlanVersion? Taken = null);

/// <summary>What a host's data plane can do.</summary>
/// <param name="DataPlane"><c>userspace-pm</c>, <c>in-kernel-pm</c>, <c>tun</c> or <c>unknown</c>.</param>
/// <param name="Schedulers">Packet schedulers by name.</param>
/// <param name="Kernel">The kernel's release.</param>
[GenerateSerializer, Immutable, Alias("mp.HostCapabilities")]
public sealed record HostCapabilities(
    [property: Id(0)] string DataPlane,
    [property: Id(1)] EquatableArray<string> Schedulers,
    [property: Id(2)] string Kernel)
{
    /// <summary>Nothing is known.</summary>
    public static HostCapabilities None { get; } = new("unknown", [], "");
}

/// <summary>What changed on a host since its report before.</summary>
/// <param name="Session">The session that it came on.</param>
/// <param name="Sequence">One more than that of the report before.</param>
/// <param name="Full">Whole rather than a difference.</param>
/// <param name="Paths">Paths that are new or changed.</param>
/// <param name="RemovedPaths">Paths that are gone.</param>
/// <param name="Connections">Connections that are new or changed, each whole.</param>
/// <param name="RemovedConnections">Tokens of connections that are gone.</param>
/// <param name="Occurrences">What happened, oldest first.</param>
/// <param name="Counters">Kernel counters that changed.</param>
/// <param name="ObservedAt">By the host's clock.</param>
[GenerateSerializer, Immutable, Alias("mp.HostReport")]
public sealed record HostReport(
    [property: Id(0)] string Session,
    [property: Id(1)] ulong Sequence,
    [property: Id(2)] bool Full,
    [property: Id(3)] EquatableArray<PathObservation> Paths,
    [property: Id(4)] EquatableArray<PathKey> RemovedPaths,
    [property: Id(5)] EquatableArray<ConnectionReport> Connections,
    [property: Id(6)] EquatableArray<uint> RemovedConnections,
    [property: Id(7)] EquatableArray<HostOccurrence> Occurrences,
    [property: Id(8)] ImmutableSortedDictionary<string, ulong> Counters,
    [property: Id(9)] DateTimeOffset ObservedAt);

/// <summary>An MPTCP connection of a host.</summary>
/// <param name="Token">The local token (RFC 8684 section 3.1).</param>
/// <param name="ServerSide">The peer opened it.</param>
/// <param name="Local">Local end of the first subflow; null when the agent did not say.</param>
/// <param name="Remote">The peer's end of the first subflow.</param>
/// <param name="Subflows">Its subflows.</param>
/// <param name="TrafficClass">The class that the agent found it to be of; may be empty.</param>
/// <param name="Process">The process that owns it; may be empty.</param>
[GenerateSerializer, Immutable, Alias("mp.ConnectionReport")]
public sealed record ConnectionReport(
    [property: Id(0)] uint Token,
    [property: Id(1)] bool ServerSide,
    [property: Id(2)] IPEndPoint? Local,
    [property: Id(3)] IPEndPoint? Remote,
    [property: Id(4)] EquatableArray<SubflowReport> Subflows,
    [property: Id(5)] string TrafficClass,
    [property: Id(6)] string Process);

/// <summary>A subflow with its counters.</summary>
/// <param name="State">Ends, ids and flags.</param>
/// <param name="RttUs">Smoothed round-trip time, microseconds.</param>
/// <param name="BytesSent">Bytes sent.</param>
/// <param name="BytesReceived">Bytes received.</param>
/// <param name="BytesRetransmitted">Bytes sent again.</param>
[GenerateSerializer, Immutable, Alias("mp.SubflowReport")]
public sealed record SubflowReport(
    [property: Id(0)] SubflowState State,
    [property: Id(1)] uint RttUs,
    [property: Id(2)] ulong BytesSent,
    [property: Id(3)] ulong BytesReceived,
    [property: Id(4)] ulong BytesRetransmitted);

/// <summary>Something that happened on a host.</summary>
/// <param name="At">By the host's clock.</param>
/// <param name="Kind">For example reflex, handover, action, refused, false-alarm, plan.</param>
/// <param name="Token">The connection; 0 when none.</param>
/// <param name="Path">The path; null when none.</param>
/// <param name="Text">For a person.</param>
[GenerateSerializer, Immutable, Alias("mp.HostOccurrence")]
public sealed record HostOccurrence(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] string Kind,
    [property: Id(2)] uint Token,
    [property: Id(3)] PathKey? Path,
    [property: Id(4)] string Text);

/// <summary>What became of a report.</summary>
[GenerateSerializer, Alias("mp.ReportOutcome")]
public enum ReportOutcome
{
    /// <summary>Merged.</summary>
    Accepted = 0,

    /// <summary>Reports before it are missing; a whole one was asked for.</summary>
    Gap = 1,

    /// <summary>Its sequence is not newer than what is known.</summary>
    Old = 2,

    /// <summary>A value is absurd or a limit exceeded.</summary>
    Invalid = 3,

    /// <summary>The session is not the current one of the host.</summary>
    NotCurrent = 4,
}

/// <summary>What became of a report, and why.</summary>
/// <param name="Outcome">The verdict.</param>
/// <param name="Reason">For a person; empty when accepted.</param>
[GenerateSerializer, Immutable, Alias("mp.ReportVerdict")]
public sealed record ReportVerdict([property: Id(0)] ReportOutcome Outcome, [property: Id(1)] string Reason)
{
    /// <summary>Merged.</summary>
    public static ReportVerdict Accepted { get; } = new(ReportOutcome.Accepted, "");
}
