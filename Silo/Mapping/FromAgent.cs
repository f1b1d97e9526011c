using System.Collections.Immutable;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Telemetry;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Silo.Mapping;

/// <summary>Messages of an agent, from the wire to the silo's own records. Null with a problem when one is malformed.</summary>
internal static class FromAgent
{
    public static (HostHello? Hello, string? Problem) Hello(Wire.Hello hello, string session)
    {
        var check = new WireCheck();
        check.Name(hello.Host, "the host's id");
        var capabilities = hello.Capabilities ?? new Wire.Capabilities();
        var read = new HostHello(
            session,
            check.Labels(hello.Labels),
            Shown(hello.AgentVersion),
            Version(hello.Running),
            hello.ObservationSequence,
            new HostCapabilities(
                DataPlane(capabilities.DataPlane),
                [.. capabilities.Schedulers.Select(name => Shown(name))],
                Shown(capabilities.Kernel)),
            Version(hello.Taken));
        return (check.Problem is null ? read : null, check.Problem);
    }

    public static (HostReport? Report, string? Problem) Report(Wire.Report report, string session)
    {
        var check = new WireCheck();
        var read = new HostReport(
            session,
            report.Sequence,
            report.Full,
            [.. report.Paths.Select(path => Path(path, check))],
            [.. report.RemovedPaths.Select(path => Key(path, check))],
            [.. report.Connections.Select(connection => Connection(connection, check))],
            [.. report.RemovedConnections],
            [.. report.Occurrences.Select(occurrence => Occurrence(occurrence, check))],
            report.Counters.ToImmutableSortedDictionary(
                counter => check.Name(counter.Key, "a counter"), counter => counter.Value, StringComparer.Ordinal),
            check.Time(report.ObservedAtUs));
        return (check.Problem is null ? read : null, check.Problem);
    }

    public static PlanAcknowledgement Ack(Wire.PlanAck ack, string session) => new(
        session,
        Version(ack.Version) ?? default,
        ack.Applied.Count,
        [.. ack.Refused.Select(one => $"{Shown(one.Action)}: {Shown(one.Error)}")],
        SiloTrace.Checked(ack.Traceparent));

    public static PlanRefusal Nack(Wire.PlanNack nack, string session) =>
        new(session, Version(nack.Version) ?? default, Version(nack.Running), Shown(nack.Reason));

    private static PlanVersion? Version(Wire.PlanVersion? version) =>
        version is null or { Epoch: 0, Generation: 0 } ? null : new PlanVersion(version.Epoch, version.Generation);

    private static PathKey Key(Wire.PathId? id, WireCheck check)
    {
        id ??= new Wire.PathId();
        return new(check.Interface(id.Interface), check.Address(id.Address, "a path's address"));
    }

    private static PathObservation Path(Wire.Path path, WireCheck check) => new(
        Key(path.Id, check),
        State(path.State, check),
        path.Gateway.IsEmpty ? null : check.Address(path.Gateway, "a gateway"),
        path.HasRttMs ? path.RttMs : null,
        path.HasRttVarMs ? path.RttVarMs : null,
        path.HasLossPct ? path.LossPct : null,
        path.HasDeliveryBytesPerSecond ? path.DeliveryBytesPerSecond : null,
        path.BytesSent,
        path.BytesReceived,
        (int)Math.Min(path.Subflows, int.MaxValue),
        (int)Math.Min(path.FailedHandovers, int.MaxValue));

    private static PathState State(Wire.PathState state, WireCheck check)
    {
        switch (state)
        {
            case Wire.PathState.Up:
                return PathState.Up;
            case Wire.PathState.LinkDown:
                return PathState.LinkDown;
            case Wire.PathState.Silent:
                return PathState.Silent;
            default:
                check.Fail($"{(int)state} is not a state of a path");
                return PathState.LinkDown;
        }
    }

    private static ConnectionReport Connection(Wire.Connection connection, WireCheck check) => new(
        connection.Token,
        connection.ServerSide,
        connection.Local is null ? null : check.EndPoint(connection.Local, "a connection's local end"),
        connection.Remote is null ? null : check.EndPoint(connection.Remote, "a connection's remote end"),
        [.. connection.Subflows.Select(subflow => Subflow(subflow, check))],
        Shown(connection.TrafficClass),
        Shown(connection.Process));

    private static SubflowReport Subflow(Wire.Subflow subflow, WireCheck check) => new(
        new SubflowState(
            check.EndPoint(subflow.Local, "a subflow's local end"),
            check.EndPoint(subflow.Remote, "a subflow's remote end"),
            check.Id(subflow.LocalId),
            check.Id(subflow.RemoteId),
            subflow.Established,
            subflow.Backup,
            subflow.Silent),
        subflow.RttUs,
        subflow.BytesSent,
        subflow.BytesReceived,
        subflow.BytesRetransmitted);

    private static HostOccurrence Occurrence(Wire.Occurrence occurrence, WireCheck check) => new(
        check.Time(occurrence.AtUs),
        check.Name(occurrence.Kind, "an occurrence's kind"),
        occurrence.Token,
        occurrence.Path is null ? null : Key(occurrence.Path, check),
        Shown(occurrence.Text, ReportLimits.Text));

    private static string DataPlane(Wire.DataPlane plane) => plane switch
    {
        Wire.DataPlane.KernelUserspacePm => "userspace-pm",
        Wire.DataPlane.KernelInKernelPm => "in-kernel-pm",
        Wire.DataPlane.Tun => "tun",
        _ => "unknown",
    };

    /// <summary>
    /// Text of an agent that is shown to people: no message is dropped for its text, which programs of the host may choose, but it is
    /// tamed.
    /// </summary>
    private static string Shown(string text, int longest = 512)
    {
        var isLong = text.Length > longest;
        var end = !isLong ? text.Length : char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return isLong || text.Any(char.IsControl)
            ? string.Concat(text.Take(end).Select(c => char.IsControl(c) ? ' ' : c)) + (isLong ? "…" : "")
            : text;
    }
}
