using Multipath.Agent.Reflexes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// When the host is measured and what follows from it: a look at everything at the report interval, the watch's samples in between, and
/// after both the comparison with the plan's thresholds.
/// </summary>
internal sealed class MeasuringTurn(
    Measurements measurements, ConnectionTable table, PathBook paths, IReconcileOutput output, Journal journal)
{
    private readonly ThresholdGate _thresholds = new();
    private TimeSpan _interval = TimeSpan.FromSeconds(1);
    private DateTimeOffset _at;

    /// <summary>When to look at everything again; null while there is no connection and nothing known of an earlier one.</summary>
    public DateTimeOffset? NextDeadline => table.Connections.Count > 0 || measurements.Meter.IsFresh ? _at : null;

    /// <summary>Everything is looked at this often, beginning now.</summary>
    public void Every(TimeSpan interval, DateTimeOffset now) => (_interval, _at) = (interval, now);

    /// <summary>The paths are others now.</summary>
    public void HandlePaths() => _thresholds.Keep(paths.Paths.Select(path => path.Path).ToHashSet());

    /// <summary>The watch measured subflows in use.</summary>
    /// <returns>True when a threshold was crossed.</returns>
    public bool HandleMeasured(MeasuredBatch batch, PlanContent? plan, DateTimeOffset now)
    {
        using (batch)
        {
            measurements.Take(batch.Subflows, now);
        }

        return CheckThresholds(plan, now);
    }

    /// <summary>Looks at everything.</summary>
    /// <returns>True when a subflow is to be made again.</returns>
    public bool Measure(PlanContent? plan, DateTimeOffset now)
    {
        _at = now + _interval;
        var stale = measurements.Take(now);
        foreach (var (connection, subflow) in stale)
        {
            connection.Subflows[subflow.Tuple] = subflow with { Silent = true };
            journal.Stale(connection.Token, paths.Of(subflow.Tuple.LocalAddress));
        }

        CheckThresholds(plan, now);
        if (measurements.Unowned.Count > 0)
        {
            output.FindProcesses(measurements.Unowned.ToDictionary());
            foreach (var token in measurements.Unowned.Values)
            {
                _ = table.TryGet(token, out var connection) ? connection.Process = "" : null;
            }
        }

        return stale.Count > 0;
    }

    /// <summary>A crossing is news, and what it is told with is the measurement that crossed.</summary>
    private bool CheckThresholds(PlanContent? plan, DateTimeOffset now)
    {
        var crossed = false;
        _thresholds.Follow(plan);
        foreach (var path in paths.Paths)
        {
            foreach (var crossing in _thresholds.Observe(path.Path, measurements.Meter.Read(path.Path), now))
            {
                journal.Threshold(crossing);
                crossed = true;
            }
        }

        return crossed;
    }
}
