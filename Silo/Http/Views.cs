using Multipath.Contracts.Grains;
using Multipath.Policies.Model;

namespace Multipath.Silo.Http;

/// <summary>A policy.</summary>
internal sealed record PolicyView(string Name, ulong Revision, int Priority, string Selector, DateTimeOffset ChangedAt, string Yaml)
{
    public static PolicyView Of(PolicyDocument policy) =>
        new(policy.Name, policy.Revision, policy.Priority, policy.Selector, policy.ChangedAt, policy.Yaml);
}

/// <summary>What applying a policy did.</summary>
internal sealed record AppliedView(string Name, ulong Revision, ApplyOutcome Result, bool DryRun, IReadOnlyList<string> Hosts);

/// <summary>A host in one line. Versions are written <c>epoch.generation</c>.</summary>
internal sealed record HostView(
    string Host,
    HostStatus Status,
    string? Policy,
    string? Desired,
    string? Running,
    int PathsUp,
    int Paths,
    int Connections,
    DateTimeOffset LastSeen,
    IReadOnlyDictionary<string, string> Labels)
{
    public static HostView Of(HostSummary host) => new(
        host.Host,
        host.Status,
        host.Policy.Length == 0 ? null : host.Policy,
        host.Desired?.ToString(),
        host.Running?.ToString(),
        host.PathsUp,
        host.Paths,
        host.Connections,
        host.LastSeen,
        host.Labels);
}

/// <summary>A path with what was last measured on it.</summary>
internal sealed record PathView(
    string Interface,
    string Address,
    PathState State,
    string? Gateway,
    double? RttMs,
    double? LossPct,
    double? DeliveryBytesPerSecond,
    ulong BytesSent,
    ulong BytesReceived,
    int Subflows)
{
    public static PathView Of(PathObservation path) => new(
        path.Path.Interface,
        path.Path.Address.ToString(),
        path.State,
        path.Gateway?.ToString(),
        path.RttMs,
        path.LossPct,
        path.DeliveryBytesPerSecond,
        path.BytesSent,
        path.BytesReceived,
        path.Subflows);
}

/// <summary>A subflow.</summary>
internal sealed record SubflowView(
    string Local, string Remote, bool Established, bool Backup, bool Silent, uint RttUs, ulong BytesSent, ulong BytesReceived)
{
    public static SubflowView Of(SubflowReport one) => new(
        one.State.Local.ToString(),
        one.State.Remote.ToString(),
        one.State.Established,
        one.State.Backup,
        one.State.Silent,
        one.RttUs,
        one.BytesSent,
        one.BytesReceived);
}

/// <summary>A connection; the token is written in hexadecimal, as the kernel's tools do.</summary>
internal sealed record ConnectionView(
    string Token, bool ServerSide, string? Local, string? Remote, string TrafficClass, string Process, IReadOnlyList<SubflowView> Subflows)
{
    public static ConnectionView Of(ConnectionReport one) => new(
        one.Token.ToString("x8", System.Globalization.CultureInfo.InvariantCulture),
        one.ServerSide,
        one.Local?.ToString(),
        one.Remote?.ToString(),
        one.TrafficClass,
        one.Process,
        [.. one.Subflows.Select(SubflowView.Of)]);
}

/// <summary>Something that happened on a host.</summary>
internal sealed record OccurrenceView(DateTimeOffset At, string Kind, string? Path, string Text);

/// <summary>A host whole.</summary>
internal sealed record HostDetailView(
    HostView Summary,
    string AgentVersion,
    string DataPlane,
    string Trouble,
    IReadOnlyList<PathView> Paths,
    IReadOnlyList<ConnectionView> Connections,
    IReadOnlyList<OccurrenceView> Occurrences,
    IReadOnlyDictionary<string, ulong> Counters)
{
    public static HostDetailView Of(HostDescription host) => new(
        HostView.Of(host.Summary),
        host.AgentVersion,
        host.Capabilities.DataPlane,
        host.Trouble,
        [.. host.Paths.Select(PathView.Of)],
        [.. host.Connections.Select(ConnectionView.Of)],
        [.. host.Occurrences.Select(one => new OccurrenceView(one.At, one.Kind, one.Path?.ToString(), one.Text))],
        host.Counters);
}
