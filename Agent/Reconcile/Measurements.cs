using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>Reads the data plane at the report interval: measurements of paths, and subflows that have gone stale.</summary>
internal sealed class Measurements(IDataPlane plane, ConnectionTable table, PathBook paths)
{
    private readonly Dictionary<(uint Token, PathKey Path), StalenessDetector> _staleness = [];

    public PathMeter Meter { get; } = new();

    /// <summary>The latest measurement of each subflow.</summary>
    public Dictionary<FourTuple, SubflowSample> Samples { get; private set; } = [];

    public ImmutableSortedDictionary<string, ulong> Counters { get; private set; } = ImmutableSortedDictionary<string, ulong>.Empty;

    /// <summary>Sockets whose program nobody has looked for.</summary>
    public Dictionary<uint, uint> Unowned { get; } = [];

    /// <summary>Measures everything once.</summary>
    /// <returns>Subflows that are to be made again because nothing comes on them.</returns>
    public IReadOnlyList<(TrackedConnection Connection, TrackedSubflow Subflow)> Take(DateTimeOffset now)
    {
        Unowned.Clear();
        var snapshot = plane.Snapshot();
        Counters = plane.Counters();
        Samples = snapshot.Connections.SelectMany(one => one.Subflows).GroupBy(one => one.Tuple)
            .ToDictionary(one => one.Key, one => one.First().Sample);
        Meter.Keep(paths.Paths.Select(path => path.Path).ToHashSet());
        Meter.Observe(Samples.SelectMany(one => Metered(one.Key, one.Value)), now);
        List<(TrackedConnection, TrackedSubflow)> stale = [];
        foreach (var held in snapshot.Connections)
        {
            if (table.TryGet(held.Token, out var connection))
            {
                if (connection.Process is null && held.Inode != 0)
                {
                    Unowned[held.Inode] = held.Token;
                }

                stale.AddRange(Stale(connection, now).Select(one => (connection, one)));
            }
        }

        return stale;
    }

    /// <summary>Takes what the watch measured of the subflows in use, between two looks at everything.</summary>
    public void Take(IReadOnlyList<MeasuredSubflow> subflows, DateTimeOffset now)
    {
        foreach (var subflow in subflows)
        {
            Samples[subflow.Tuple] = subflow.Sample;
        }

        Meter.ObserveSome(subflows.SelectMany(one => Metered(one.Tuple, one.Sample)), now);
    }

    /// <summary>Reads the subflows anew, between two looks at everything, for what cannot wait for the next one.</summary>
    public void Refresh()
    {
        foreach (var subflow in plane.Snapshot().Connections.SelectMany(one => one.Subflows))
        {
            Samples[subflow.Tuple] = subflow.Sample;
        }
    }

    /// <summary>True when something came back on a path since a moment, by a fresh look.</summary>
    public bool AnsweredSince(PathKey path, DateTimeOffset since, DateTimeOffset now) => plane.Snapshot().Connections
        .SelectMany(one => one.Subflows)
        .Any(one => one.Established && paths.Of(one.Tuple.LocalAddress) == path
            && now - TimeSpan.FromMilliseconds(Math.Min(one.Sample.LastAckMs, one.Sample.LastDataReceivedMs)) > since);

    /// <summary>The connection ended.</summary>
    public void Forget(uint token)
    {
        foreach (var key in _staleness.Keys.Where(key => key.Token == token).ToArray())
        {
            _staleness.Remove(key);
        }
    }

    private IEnumerable<MeteredSubflow> Metered(FourTuple tuple, SubflowSample sample) =>
        paths.Of(tuple.LocalAddress) is { } path ? [new MeteredSubflow(path, tuple, sample)] : [];

    /// <summary>Only the end that opened a connection can make a subflow again, and only an active one is expected to receive.</summary>
    private IEnumerable<TrackedSubflow> Stale(TrackedConnection connection, DateTimeOffset now)
    {
        if (connection.ServerSide || !connection.Steerable || connection.TrafficClass.Length == 0 || connection.Subflows.Count < 2)
        {
            yield break;
        }

        var all = connection.Subflows.Values.Aggregate(0ul, (sum, one) => sum + Samples.GetValueOrDefault(one.Tuple).BytesReceived);
        foreach (var subflow in connection.Subflows.Values.Where(one => !one.Backup).ToArray())
        {
            if (paths.Of(subflow.Tuple.LocalAddress) is not { } path || !Samples.TryGetValue(subflow.Tuple, out var sample))
            {
                continue;
            }

            if (!_staleness.TryGetValue((connection.Token, path), out var detector))
            {
                _staleness[(connection.Token, path)] = detector = new StalenessDetector();
            }

            if (detector.Observe(sample, all - sample.BytesReceived, now))
            {
                yield return subflow;
            }
        }
    }
}
