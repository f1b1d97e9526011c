using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Mapping;

/// <summary>A plan as protobuf, for the file of the last plan.</summary>
internal static class PlanWriter
{
    public static Wire.Plan ToWire(HostPlan plan, string policyYaml)
    {
        var content = plan.Content;
        var wire = new Wire.Plan
        {
            Version = WireValues.ToWire(plan.Version),
            Parent = plan.Parent is { } parent ? WireValues.ToWire(parent) : null,
            ObservationSequence = plan.ObservationSequence,
            Policy = content.Policy,
            PolicyYaml = policyYaml,
            Limits = new Wire.Limits { Subflows = (uint)content.Limits.Subflows, AddAddrAccepted = (uint)content.Limits.AddAddrAccepted },
            Handover = new Wire.Handover
            {
                DownAfterMs = (uint)content.Handover.DownAfter.TotalMilliseconds,
                UpAfterMs = (uint)content.Handover.UpAfter.TotalMilliseconds,
                LossPct = content.Handover.LossPct,
                BetterByPct = content.Handover.BetterByPct,
                BudgetPerHour = (uint)content.Handover.BudgetPerHour,
                MakeBeforeBreak = content.Handover.MakeBeforeBreak,
            },
        };
        wire.Classes.AddRange(content.Classes.Select(ToWire));
        return wire;
    }

    private static Wire.ClassPlan ToWire(ClassPlan plan)
    {
        var wire = new Wire.ClassPlan
        {
            Name = plan.Name,
            Match = ToWire(plan.Match),
            Scheduler = plan.Scheduler ?? "",
            Target = ToWire(plan.Target),
            Objective = plan.Objective switch
            {
                Objective.Handover => Wire.Objective.Handover,
                Objective.Latency => Wire.Objective.Latency,
                Objective.Cost => Wire.Objective.Cost,
                _ => Wire.Objective.Aggregate,
            },
        };
        wire.Paths.AddRange(plan.Paths.Select(path => new Wire.PlannedPath
        {
            Path = WireValues.ToWire(path.Path),
            PathClass = path.PathClass,
            Reason = path.Reason,
            Role = path.Role switch
            {
                PathRole.Active => Wire.PathRole.Active,
                PathRole.Backup => Wire.PathRole.Backup,
                _ => Wire.PathRole.Avoid,
            },
        }));
        return wire;
    }

    private static Wire.PathTarget? ToWire(PathTarget? target)
    {
        if (target is null)
        {
            return null;
        }

        var wire = new Wire.PathTarget();
        if (target.RttMs is { } rtt)
        {
            wire.RttMs = rtt;
        }

        if (target.LossPct is { } loss)
        {
            wire.LossPct = loss;
        }

        return wire;
    }

    private static Wire.TrafficMatch ToWire(TrafficMatch match) => new()
    {
        Remote = match.Remote?.ToString() ?? "",
        RemotePorts = ToWire(match.RemotePorts),
        LocalPorts = ToWire(match.LocalPorts),
    };

    private static Wire.PortRange? ToWire(PortRange? range) =>
        range is null ? null : new Wire.PortRange { First = range.First, Last = range.Last };
}
