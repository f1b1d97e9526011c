using Multipath.Agent.Session;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Mapping;

/// <summary>The agent's messages as protobuf. This folder is the only one that knows the generated types.</summary>
internal static class AgentMessages
{
    public static Wire.AgentMessage ToWire(AgentMessage message, string host) => message switch
    {
        AgentMessage.Hello hello => new Wire.AgentMessage { Hello = ToWire(hello) },
        AgentMessage.Report report => new Wire.AgentMessage { Report = ToWire(report.Delta, host) },
        AgentMessage.Ack ack => new Wire.AgentMessage { PlanAck = ToWire(ack.Outcome) },
        AgentMessage.Nack nack => new Wire.AgentMessage { PlanNack = ToWire(nack) },
        AgentMessage.Heartbeat heartbeat => new Wire.AgentMessage { Heartbeat = new Wire.Heartbeat { Sequence = heartbeat.Sequence } },
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };

    private static Wire.Hello ToWire(AgentMessage.Hello hello)
    {
        var wire = new Wire.Hello
        {
            Host = hello.Host,
            AgentVersion = WireText.Clean(hello.AgentVersion),
            Running = hello.Running is { } running ? WireValues.ToWire(running) : null,
            Taken = hello.Taken is { } taken ? WireValues.ToWire(taken) : null,
            ObservationSequence = hello.ObservationSequence,
            Capabilities = new Wire.Capabilities
            {
                DataPlane = WireValues.ToWire(hello.Capabilities.Plane),
                Kernel = WireText.Clean(hello.Capabilities.Kernel),
            },
        };
        wire.Capabilities.Schedulers.AddRange(hello.Capabilities.Schedulers.Select(WireText.Clean));
        foreach (var (key, value) in hello.Labels)
        {
            wire.Labels[key] = value;
        }

        return wire;
    }

    private static Wire.Report ToWire(ReportDelta delta, string host)
    {
        var wire = new Wire.Report
        {
            Host = host,
            Sequence = delta.Sequence,
            Full = delta.Full,
            ObservedAtUs = WireValues.ToUnixMicroseconds(delta.At),
        };
        wire.Paths.AddRange(delta.Paths.Select(ToWire));
        wire.RemovedPaths.AddRange(delta.RemovedPaths.Select(WireValues.ToWire));
        wire.Connections.AddRange(delta.Connections.Select(ToWire));
        wire.RemovedConnections.AddRange(delta.RemovedConnections);
        wire.Occurrences.AddRange(delta.Occurrences.Select(ToWire));
        foreach (var (name, value) in delta.Counters)
        {
            wire.Counters[name] = value;
        }

        return wire;
    }

    private static Wire.Path ToWire(PathObservation path)
    {
        var wire = new Wire.Path
        {
            Id = WireValues.ToWire(path.Path),
            State = WireValues.ToWire(path.State),
            BytesSent = path.BytesSent,
            BytesReceived = path.BytesReceived,
            Subflows = (uint)path.Subflows,
            FailedHandovers = (uint)path.FailedHandovers,
        };
        if (path.Gateway is { } gateway)
        {
            wire.Gateway = WireValues.ToWire(gateway);
        }

        if (path.RttMs is { } rtt)
        {
            wire.RttMs = rtt;
        }

        if (path.RttVarMs is { } deviation)
        {
            wire.RttVarMs = deviation;
        }

        if (path.LossPct is { } loss)
        {
            wire.LossPct = loss;
        }

        if (path.DeliveryBytesPerSecond is { } rate)
        {
            wire.DeliveryBytesPerSecond = rate;
        }

        return wire;
    }

    private static Wire.Connection ToWire(ConnectionObservation connection)
    {
        var wire = new Wire.Connection
        {
            Token = connection.Token,
            ServerSide = connection.ServerSide,
            Local = WireValues.ToWire(connection.Local),
            Remote = WireValues.ToWire(connection.Remote),
            TrafficClass = WireText.Clean(connection.TrafficClass),
            Process = WireText.Clean(connection.Process),
        };
        wire.Subflows.AddRange(connection.Subflows.Select(ToWire));
        return wire;
    }

    private static Wire.Subflow ToWire(SubflowObservation subflow) => new()
    {
        Local = WireValues.ToWire(subflow.State.Local),
        Remote = WireValues.ToWire(subflow.State.Remote),
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

    private static Wire.Occurrence ToWire(HostOccurrence occurrence) => new()
    {
        AtUs = WireValues.ToUnixMicroseconds(occurrence.At),
        Kind = occurrence.Kind,
        Token = occurrence.Token,
        Path = occurrence.Path is { } path ? WireValues.ToWire(path) : null,
        Text = WireText.Clean(occurrence.Text),
    };

    private static Wire.PlanAck ToWire(PlanOutcome outcome)
    {
        var wire = new Wire.PlanAck { Version = WireValues.ToWire(outcome.Version), Traceparent = outcome.Trace };
        wire.Applied.AddRange(outcome.Applied.Take(ReportLimits.Actions).Select(ToWire));
        wire.Refused.AddRange(outcome.Refused.Take(ReportLimits.Actions).Select(ToWire));
        if (outcome.Refused.Count > ReportLimits.Actions)
        {
            var more = $"{outcome.Refused.Count - ReportLimits.Actions} more actions";
            wire.Refused.Add(new Wire.ActionResult { Action = more, Error = "refused as well" });
        }

        return wire;
    }

    private static Wire.ActionResult ToWire(ActionOutcome outcome) =>
        new() { Action = WireText.Clean(outcome.Action), Reason = WireText.Clean(outcome.Reason), Error = WireText.Clean(outcome.Error) };

    private static Wire.PlanNack ToWire(AgentMessage.Nack nack) => new()
    {
        Version = nack.Version is { } version ? WireValues.ToWire(version) : null,
        Running = nack.Running is { } running ? WireValues.ToWire(running) : null,
        Reason = WireText.Clean(nack.Reason),
    };
}
