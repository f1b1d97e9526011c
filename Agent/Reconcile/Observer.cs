using System.Collections.Immutable;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>Puts what the loop knows into the forms that Rank, Realise, the report and the watch take. No IO.</summary>
internal sealed class Observer(ConnectionTable table, PathBook paths, Measurements measurements)
{
    /// <summary>For Realise: only connections that are steered.</summary>
    public HostState State() => new(
        paths.ToState(),
        table.Connections.Where(one => one is { Established: true, Steerable: true })
            .Select(one => one.ToState() with { Progress = Progress(one) }).ToEquatableArray());

    /// <summary>For Rank.</summary>
    public EquatableArray<PathObservation> Paths()
    {
        var subflows = table.Connections.SelectMany(one => one.Subflows.Values)
            .Select(one => paths.Of(one.Tuple.LocalAddress)).Where(path => path is not null)
            .CountBy(path => path!).ToDictionary();
        return paths.Paths.Select(path => Observe(path, subflows.GetValueOrDefault(path.Path))).ToEquatableArray();
    }

    /// <summary>For the report, one connection more than it may hold at most: to be cut by <see cref="ReportCut"/>.</summary>
    public HostSnapshot Snapshot(EquatableArray<PathObservation> observed, DateTimeOffset now) => new(
        now,
        observed,
        table.Connections.Where(one => one.Established).Take(ReportLimits.Connections + 1).Select(Observe).ToEquatableArray(),
        measurements.Counters);

    /// <summary>
    /// For the watch: every subflow of a steered connection of some class that has another one to go on with, or may get one.
    /// </summary>
    public ImmutableArray<WatchedSubflow> Watched(FalseAlarms alarms, DateTimeOffset now) =>
    [
        .. table.Connections.Where(one => one is { Established: true, Steerable: true } && one.TrafficClass.Length > 0)
            .SelectMany(
                one => one.Subflows.Values, (one, subflow) => (one.Token, subflow.Tuple, Path: paths.Find(subflow.Tuple.LocalAddress)))
            .Select(one => new WatchedSubflow(
                one.Token,
                one.Tuple,
                one.Path is { } path && alarms.IsCautious(path.Path, now),
                one.Path?.InterfaceIndex ?? 0)),
    ];

    private EquatableArray<SubflowProgress> Progress(TrackedConnection connection) => connection.Subflows.Keys
        .Where(measurements.Samples.ContainsKey)
        .Select(tuple => (Tuple: tuple, Sample: measurements.Samples[tuple]))
        .Select(one => new SubflowProgress(
            TrackedConnection.Plain(one.Tuple.Local),
            TrackedConnection.Plain(one.Tuple.Remote),
            one.Sample.BytesSent,
            one.Sample.BytesAcked,
            one.Sample.UnackedSegments > 0,
            TimeSpan.FromMilliseconds(one.Sample.LastDataReceivedMs)))
        .ToEquatableArray();

    private PathObservation Observe(HostPath path, int subflows)
    {
        var measured = measurements.Meter.Read(path.Path);
        return new PathObservation(
            path.Path,
            paths.StateOf(path),
            path.Gateway,
            Round(measured.RttMs),
            Round(measured.RttVarMs),
            Round(measured.LossPct),
            measured.DeliveryBytesPerSecond,
            measured.BytesSent,
            measured.BytesReceived,
            subflows,
            paths.FailedHandovers(path.Path));
    }

    private ConnectionObservation Observe(TrackedConnection connection)
    {
        var state = connection.ToState();
        var tuples = connection.Subflows.Values.ToDictionary(
            one => (TrackedConnection.Plain(one.Tuple.Local), TrackedConnection.Plain(one.Tuple.Remote)), one => one.Tuple);
        return new ConnectionObservation(
            state.Token,
            state.ServerSide,
            state.Local,
            state.Remote,
            state.Subflows.Select(one =>
            {
                var known = tuples.TryGetValue((one.Local, one.Remote), out var tuple);
                var sample = known ? measurements.Samples.GetValueOrDefault(tuple) : default;
                return new SubflowObservation(one, sample.RttUs, sample.BytesSent, sample.BytesReceived, sample.BytesRetransmitted);
            }).ToEquatableArray(),
            connection.TrafficClass,
            connection.Process ?? "");
    }

    /// <summary>Microseconds suffice, and keep noise out of reports.</summary>
    private static double? Round(double? value) => value is { } number ? Math.Round(number, 3) : null;
}
