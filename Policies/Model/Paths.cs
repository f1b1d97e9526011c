using System.Net;

namespace Multipath.Policies.Model;

/// <summary>One path of a host: a usable local address on an interface.</summary>
/// <param name="Interface">The interface's name, for example <c>wlan0</c>.</param>
/// <param name="Address">The local unicast address.</param>
public sealed record PathKey(string Interface, IPAddress Address)
{
    /// <summary><c>wlan0/10.1.0.2</c>.</summary>
    public override string ToString() => $"{Interface}/{Address}";
}

/// <summary>What the agent knows at once of a path's ability to carry data.</summary>
public enum PathState
{
    /// <summary>The link is up and running.</summary>
    Up,

    /// <summary>The link is not up or has no carrier; seen by rtnetlink.</summary>
    LinkDown,

    /// <summary>The link is up, but data sent on it is not acknowledged (a blackhole); seen by the sender's agent.</summary>
    Silent,
}

/// <summary>One path as its host observes it.</summary>
/// <param name="Path">Which path.</param>
/// <param name="State">Whether it can carry data at all.</param>
/// <param name="Gateway">The next hop of its default route, if it has one.</param>
/// <param name="RttMs">Smoothed round-trip time over the path's subflows, ms; null while nothing was measured.</param>
/// <param name="RttVarMs">Mean deviation of the round-trip time, ms.</param>
/// <param name="LossPct">Retransmitted share of the bytes sent in the last window, percent 0..100; null while too little was sent.</param>
/// <param name="DeliveryBytesPerSecond">Highest recent delivery rate over the path, bytes per second.</param>
/// <param name="BytesSent">Bytes sent over the path since the agent started.</param>
/// <param name="BytesReceived">Bytes received over the path since the agent started.</param>
/// <param name="Subflows">Established subflows on the path.</param>
/// <param name="FailedHandovers">
/// Planned handovers to the path that were taken back because it did not carry, since the agent started or the path appeared.
/// </param>
public sealed record PathObservation(
    PathKey Path,
    PathState State,
    IPAddress? Gateway = null,
    double? RttMs = null,
    double? RttVarMs = null,
    double? LossPct = null,
    double? DeliveryBytesPerSecond = null,
    ulong BytesSent = 0,
    ulong BytesReceived = 0,
    int Subflows = 0,
    int FailedHandovers = 0);

/// <summary>What a host observes of itself, whole.</summary>
/// <param name="Host">The host's id.</param>
/// <param name="Sequence">Rises by one with each report of a session's host; 0 is never used.</param>
/// <param name="Paths">Its paths, ordered by interface, then address.</param>
/// <param name="Connections">Number of MPTCP connections.</param>
public sealed record HostObservation(string Host, ulong Sequence, EquatableArray<PathObservation> Paths, int Connections = 0);
