using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>What was measured on a path.</summary>
internal sealed record PathMeasurement(
    double? RttMs, double? RttVarMs, double? LossPct, double? DeliveryBytesPerSecond, ulong BytesSent, ulong BytesReceived);

/// <summary>A subflow's measurements, and the path that it is on.</summary>
internal readonly record struct MeteredSubflow(PathKey Path, FourTuple Tuple, SubflowSample Sample);

/// <summary>
/// Turns the counters of subflows into measurements of paths. Counters of a path outlast its subflows; rates and loss are over a sliding
/// window, in steps of a look. Pure.
/// </summary>
internal sealed class PathMeter
{
    /// <summary>
    /// Loss makes a sender slow down: in a long window the few bytes of a path that went bad would drown in the many that it carried
    /// before.
    /// </summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A path on which nothing was acknowledged for this long is not known any more. Longer than the pauses of a talk, shorter than anybody
    /// would trust an old value.
    /// </summary>
    public static readonly TimeSpan RttLasts = TimeSpan.FromSeconds(5);

    private readonly Dictionary<FourTuple, SubflowSample> _last = [];
    private readonly Dictionary<PathKey, PathTotals> _paths = [];
    private readonly Dictionary<PathKey, PathStep> _steps = [];
    private readonly HashSet<FourTuple> _seen = [];

    /// <summary>True while something is known that will grow old.</summary>
    public bool IsFresh => _paths.Values.Any(totals => totals.IsFresh);

    /// <summary>Takes the measurements of all subflows at one moment.</summary>
    public void Observe(IEnumerable<MeteredSubflow> subflows, DateTimeOffset now)
    {
        foreach (var subflow in subflows)
        {
            _seen.Add(subflow.Tuple);
            var before = _last.GetValueOrDefault(subflow.Tuple);
            Step(subflow, subflow.Sample.BytesSent < before.BytesSent ? default : before, now);
        }

        foreach (var gone in _last.Keys.Where(tuple => !_seen.Contains(tuple)).ToArray())
        {
            _last.Remove(gone);
        }

        _seen.Clear();
        EndStep(now);
    }

    /// <summary>Takes measurements of some subflows between two looks at all. One that is older than what is known says nothing.</summary>
    public void ObserveSome(IEnumerable<MeteredSubflow> subflows, DateTimeOffset now)
    {
        foreach (var subflow in subflows)
        {
            var before = _last.GetValueOrDefault(subflow.Tuple);
            if (subflow.Sample.BytesSent > before.BytesSent)
            {
                Step(subflow, before, now);
            }
        }

        EndStep(now);
    }

    /// <summary>What is known of a path.</summary>
    public PathMeasurement Read(PathKey path) =>
        _paths.TryGetValue(path, out var totals) ? totals.Read() : new PathMeasurement(null, null, null, null, 0, 0);

    /// <summary>Paths that no longer exist are forgotten.</summary>
    public void Keep(IReadOnlySet<PathKey> paths)
    {
        foreach (var gone in _paths.Keys.Where(path => !paths.Contains(path)).ToArray())
        {
            _paths.Remove(gone);
        }
    }

    private void Step(in MeteredSubflow subflow, in SubflowSample before, DateTimeOffset now)
    {
        _last[subflow.Tuple] = subflow.Sample;
        _steps[subflow.Path] = _steps.GetValueOrDefault(subflow.Path, new PathStep(now)).Add(before, subflow.Sample);
    }

    private void EndStep(DateTimeOffset now)
    {
        foreach (var (path, step) in _steps)
        {
            if (!_paths.TryGetValue(path, out var totals))
            {
                _paths[path] = totals = new PathTotals();
            }

            totals.Add(step, now);
        }

        _steps.Clear();
        foreach (var totals in _paths.Values)
        {
            totals.Expire(now);
        }
    }
}
