using Multipath.Contracts.Grains;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Mapping;

/// <summary>What operators see, from the silo's own records to the wire.</summary>
internal static class ToFleet
{
    public static Wire.ApplyPolicyReply Applied(PolicyApplied applied) => new()
    {
        Name = applied.Name,
        Revision = applied.Revision,
        Result = applied.Outcome switch
        {
            ApplyOutcome.Created => Wire.ApplyResult.Created,
            ApplyOutcome.Changed => Wire.ApplyResult.Changed,
            ApplyOutcome.Unchanged => Wire.ApplyResult.Unchanged,
            _ => Wire.ApplyResult.Unspecified,
        },
        Hosts = { applied.Hosts },
    };

    public static Wire.PolicyInfo Policy(PolicyDocument policy) => new()
    {
        Name = policy.Name,
        Revision = policy.Revision,
        Priority = policy.Priority,
        Selector = policy.Selector,
        Yaml = policy.Yaml,
        ChangedAtUs = ToWire.Microseconds(policy.ChangedAt),
    };

    public static Wire.HostSummary Summary(HostSummary host) => new()
    {
        Host = host.Host,
        Status = host.Status switch
        {
            HostStatus.Settled => Wire.HostStatus.Settled,
            HostStatus.Updating => Wire.HostStatus.Updating,
            HostStatus.Refused => Wire.HostStatus.Refused,
            HostStatus.Unmanaged => Wire.HostStatus.Unmanaged,
            HostStatus.Away => Wire.HostStatus.Away,
            HostStatus.Held => Wire.HostStatus.Held,
            _ => Wire.HostStatus.Unspecified,
        },
        Policy = host.Policy,
        Desired = host.Desired is { } desired ? ToWire.Version(desired) : null,
        Running = host.Running is { } running ? ToWire.Version(running) : null,
        PathsUp = (uint)host.PathsUp,
        Paths = (uint)host.Paths,
        Connections = (uint)host.Connections,
        LastSeenUs = ToWire.Microseconds(host.LastSeen),
        Labels = { host.Labels },
    };

    public static Wire.HostDetail Detail(HostDescription host) => new()
    {
        Summary = Summary(host.Summary),
        Paths = { host.Paths.Select(ToWire.Path) },
        Connections = { host.Connections.Select(ToWire.Connection) },
        Plan = host.Plan is { } plan ? ToWire.Plan(plan, "") : null,
        Trouble = host.Trouble,
        Occurrences = { host.Occurrences.Select(ToWire.Occurrence) },
        AgentVersion = host.AgentVersion,
        Counters = { host.Counters },
    };

    public static Wire.FleetEvent Event(FleetHappening happening) => new()
    {
        AtUs = ToWire.Microseconds(happening.At),
        Host = happening.Host,
        Kind = happening.Kind,
        Text = happening.Text,
        Version = happening.Version is { } version ? ToWire.Version(version) : null,
    };
}
