using System.Net;
using Google.Protobuf;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Mapping;

/// <summary>Plans and what they are made of, from the silo's own records to the wire.</summary>
internal static class ToWire
{
    /// <param name="plan">The plan.</param>
    /// <param name="yaml">The policy's text.</param>
    /// <param name="trace">W3C trace context of the decision, or null.</param>
    public static Wire.Plan Plan(HostPlan plan, string yaml, string? trace = null)
    {
        var content = plan.Content;
        return new Wire.Plan
        {
            Version = Version(plan.Version),
            Parent = plan.Parent is { } parent ? Version(parent) : null,
            ObservationSequence = plan.ObservationSequence,
            Policy = content.Policy,
            PolicyYaml = yaml,
            Traceparent = trace ?? "",
            Classes = { content.Classes.Select(Class) },
            Limits = new Wire.Limits { Subflows = (uint)content.Limits.Subflows, AddAddrAccepted = (uint)content.Limits.AddAddrAccepted },
            Handover = new Wire.Handover
            {
                DownAfterMs = Milliseconds(content.Handover.DownAfter),
                UpAfterMs = Milliseconds(content.Handover.UpAfter),
                LossPct = content.Handover.LossPct,
                BetterByPct = content.Handover.BetterByPct,
                BudgetPerHour = (uint)content.Handover.BudgetPerHour,
                MakeBeforeBreak = content.Handover.MakeBeforeBreak,
            },
        };
    }

    public static Wire.PlanVersion Version(PlanVersion version) => new() { Epoch = version.Epoch, Generation = version.Generation };

    public static Wire.PathId Key(PathKey path) => new() { Interface = path.Interface, Address = Address(path.Address) };

    public static Wire.Path Path(PathObservation path)
    {
        var wire = new Wire.Path
        {
            Id = Key(path.Path),
            State = path.State switch
            {
                PathState.Up => Wire.PathState.Up,
                PathState.Silent => Wire.PathState.Silent,
                _ => Wire.PathState.LinkDown,
            },
            BytesSent = path.BytesSent,
            BytesReceived = path.BytesReceived,
            Subflows = (uint)path.Subflows,
            FailedHandovers = (uint)path.FailedHandovers,
        };
        if (path.Gateway is { } gateway)
        {
            wire.Gateway = Address(gateway);
        }

        SetMeasured(wire, path);
        return wire;
    }

    public static Wire.Connection Connection(ConnectionReport connection) => new()
    {
        Token = connection.Token,
        ServerSide = connection.ServerSide,
        Local = connection.Local is { } local ? End(local) : null,
        Remote = connection.Remote is { } remote ? End(remote) : null,
        Subflows = { connection.Subflows.Select(Subflow) },
        TrafficClass = connection.TrafficClass,
        Process = connection.Process,
    };

    public static Wire.Occurrence Occurrence(HostOccurrence occurrence) => new()
    {
        AtUs = Microseconds(occurrence.At),
        Kind = occurrence.Kind,
        Token = occurrence.Token,
        Path = occurrence.Path is { } path ? Key(path) : null,
        Text = occurrence.Text,
    };

    public static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static void SetMeasured(Wire.Path wire, PathObservation path)
    {
        if (path.RttMs is { } rtt)
        {
            wire.RttMs = rtt;
        }

        if (path.RttVarMs is { } variance)
        {
            wire.RttVarMs = variance;
        }

        if (path.LossPct is { } loss)
        {
            wire.LossPct = loss;
        }

        if (path.DeliveryBytesPerSecond is { } rate)
        {
            wire.DeliveryBytesPerSecond = rate;
        }
    }

    private static Wire.Subflow Subflow(SubflowReport subflow) => new()
    {
        Local = End(subflow.State.Local),
        Remote = End(subflow.State.Remote),
        LocalId = subflow.State.LocalId,
        RemoteId = subflow.State.RemoteId,
        Established = subflow.State.Established,
        Backup = subflow.State.Backup,
        Silent = subflow.State.Silent,
        RttUs = subflow.RttUs,
        BytesSent = subflow.BytesSent,
        BytesReceived = subflow.BytesReceived,
        BytesRetransmitted = subflow.BytesRetransmitted,
    };

    private static Wire.ClassPlan Class(ClassPlan plan) => new()
    {
        Name = plan.Name,
        Match = new Wire.TrafficMatch
        {
            Remote = plan.Match.Remote?.ToString() ?? "",
            RemotePorts = Ports(plan.Match.RemotePorts),
            LocalPorts = Ports(plan.Match.LocalPorts),
        },
        Objective = plan.Objective switch
        {
            Objective.Handover => Wire.Objective.Handover,
            Objective.Latency => Wire.Objective.Latency,
            Objective.Cost => Wire.Objective.Cost,
            Objective.Aggregate => Wire.Objective.Aggregate,
            _ => Wire.Objective.Unspecified,
        },
        Scheduler = plan.Scheduler ?? "",
        Paths = { plan.Paths.Select(Planned) },
        Target = Target(plan.Target),
    };

    private static Wire.PathTarget? Target(PathTarget? target)
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

    private static Wire.PlannedPath Planned(PlannedPath path) => new()
    {
        Path = Key(path.Path),
        PathClass = path.PathClass,
        Role = path.Role switch
        {
            PathRole.Active => Wire.PathRole.Active,
            PathRole.Backup => Wire.PathRole.Backup,
            _ => Wire.PathRole.Avoid,
        },
        Reason = path.Reason,
    };

    private static Wire.PortRange? Ports(PortRange? ports) => ports is null ? null : new() { First = ports.First, Last = ports.Last };

    private static Wire.EndPoint End(IPEndPoint end) => new() { Address = Address(end.Address), Port = (uint)end.Port };

    private static ByteString Address(IPAddress address) => ByteString.CopyFrom(address.GetAddressBytes());

    private static uint Milliseconds(TimeSpan time) => (uint)Math.Clamp(time.TotalMilliseconds, 0, uint.MaxValue);
}
