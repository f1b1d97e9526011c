using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>What was measured on a path.</summary>
internal sealed record PathMeasurement(
    double? RttMs, double? RttVarMs, double? LossPct, double? DeliveryBytesPerSecond, ulong BytesSent, ulong BytesReceived);

/// <summary>
/// Turns the counters of subflows into measurements of paths. Counters of a path outlast its subflows; rates and loss are over a sliding
/// window, in steps of about a report. Pure.
/// </summary>
internal sealed class PathMeter
{
    /// <summary>
    /// Loss makes a sender slow down: in a long window the few bytes of a path that went bad would drown in the many that it carried
    /// before.
    /// </summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    /// <summary>About 20 full segments: below that one loss says nothing.</summary>
    private const ulong LeastBytes = 28_000;

    /// <summary>Steps in the window at the shortest report interval; older ones go.</summary>
    private const int StepLimit = 512;

    private readonly Dictionary<FourTuple, SubflowSample> _last = [];
    private readonly Dictionary<PathKey, PathTotals> _paths = [];

    /// <summary>Takes the measurements of all subflows at one moment.</summary>
    public void Observe(IEnumerable<(PathKey Path, FourTuple Tuple, SubflowSample Sample)> subflows, DateTimeOffset now)
    {
        var seen = new HashSet<FourTuple>();
        var steps = new Dictionary<PathKey, Step>();
        foreach (var (path, tuple, sample) in subflows)
        {
            seen.Add(tuple);
            _last.TryGetValue(tuple, out var before);
            if (sample.BytesSent < before.BytesSent)
            {
                before = default;
            }

            _last[tuple] = sample;
            steps[path] = steps.GetValueOrDefault(path, new Step(now)).Add(before, sample);
        }

        foreach (var gone in _last.Keys.Where(tuple => !seen.Contains(tuple)).ToArray())
        {
            _last.Remove(gone);
        }

        foreach (var (path, step) in steps)
        {
            if (!_paths.TryGetValue(path, out var totals))
            {
                _paths[path] = totals = new PathTotals();
            }

            totals.Add(step, now);
        }

        foreach (var totals in _paths.Values)
        {
            totals.Expire(now);
        }
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

    /// <summary>What happened on a path between two measurements. Round-trip times weigh by the bytes they were taken on.</summary>
    private readonly record struct Step(
        DateTimeOffset At,
        ulong Sent = 0,
        ulong Received = 0,
        ulong Retransmitted = 0,
        double Weight = 0,
        double WeightedRttUs = 0,
        double WeightedVarUs = 0,
        ulong Delivery = 0)
    {
        public Step Add(in SubflowSample before, in SubflowSample after)
        {
            var sent = after.BytesSent - before.BytesSent;
            var weight = after.RttUs == 0 ? 0 : 1.0 + sent;
            return this with
            {
                Sent = Sent + sent,
                Received = Received + (after.BytesReceived - Math.Min(before.BytesReceived, after.BytesReceived)),
                Retransmitted = Retransmitted + (after.BytesRetransmitted - Math.Min(before.BytesRetransmitted, after.BytesRetransmitted)),
                Weight = Weight + weight,
                WeightedRttUs = WeightedRttUs + (weight * after.RttUs),
                WeightedVarUs = WeightedVarUs + (weight * after.RttVarUs),
                Delivery = sent > 0 ? Math.Max(Delivery, after.DeliveryBytesPerSecond) : Delivery,
            };
        }
    }

    private sealed class PathTotals
    {
        private readonly Queue<Step> _window = new();
        private ulong _sent;
        private ulong _received;
        private double? _rttMs;
        private double? _varMs;

        public void Add(Step step, DateTimeOffset now)
        {
            _sent += step.Sent;
            _received += step.Received;
            if (step.Weight > 0)
            {
                _rttMs = step.WeightedRttUs / step.Weight / 1000;
                _varMs = step.WeightedVarUs / step.Weight / 1000;
            }

            _window.Enqueue(step);
            Expire(now);
        }

        public void Expire(DateTimeOffset now)
        {
            while (_window.Count > StepLimit || (_window.TryPeek(out var oldest) && now - oldest.At > Window))
            {
                _window.Dequeue();
            }
        }

        public PathMeasurement Read()
        {
            ulong sent = 0;
            ulong again = 0;
            ulong delivery = 0;
            foreach (var step in _window)
            {
                sent += step.Sent;
                again += step.Retransmitted;
                delivery = Math.Max(delivery, step.Delivery);
            }

            double? loss = sent >= LeastBytes ? Math.Min(100.0, 100.0 * again / sent) : null;
            return new PathMeasurement(_rttMs, _varMs, loss, delivery == 0 ? null : delivery, _sent, _received);
        }
    }
}
