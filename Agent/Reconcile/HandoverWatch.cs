using System.Collections.Immutable;
using Multipath.Agent.Reflexes;
using Multipath.Policies.Realise;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Watches the planned handovers that are under way: measures their connections at each look, keeps the longest time for which nothing that
/// was under way was acknowledged, tells how they go, and holds it against a path when it did not carry.
/// </summary>
internal sealed class HandoverWatch(Measurements measurements, ConnectionTable table, PathBook paths, Journal journal)
{
    private readonly Dictionary<uint, TimeSpan> _stalls = [];

    /// <summary>Measures before Realise decides how they go on; costs nothing while there is none.</summary>
    public void Look()
    {
        if (_stalls.Count == 0)
        {
            return;
        }

        measurements.Refresh();
        foreach (var token in _stalls.Keys.ToArray())
        {
            if (table.TryGet(token, out var connection))
            {
                var stall = StallOf(connection.Subflows.Keys.Select(one => measurements.Samples.GetValueOrDefault(one)));
                _stalls[token] = stall > _stalls[token] ? stall : _stalls[token];
            }
            else
            {
                _stalls.Remove(token);
            }
        }
    }

    /// <summary>Measures before a handover begins, for what the new path carried before is no proof.</summary>
    /// <returns>True when one is about to begin, so that Realise is to be asked anew.</returns>
    public bool LookBefore(IEnumerable<HandoverStep> steps)
    {
        var begins = steps.Any(step => step.Stage == HandoverStage.Begun);
        if (begins)
        {
            measurements.Refresh();
        }

        return begins;
    }

    /// <summary>Tells what began and ended.</summary>
    public void Take(IEnumerable<HandoverStep> steps)
    {
        foreach (var step in steps)
        {
            var stall = _stalls.GetValueOrDefault(step.Token);
            _ = step.Stage == HandoverStage.Begun ? _stalls.TryAdd(step.Token, TimeSpan.Zero) : _stalls.Remove(step.Token);
            using var span = journal.Trace.Handover(step.Id, step.Stage.ToString(), step.Text);
            journal.Handover(step, stall);
            if (step is { Failed: true, To: { } path })
            {
                paths.HandoverFailed(path);
            }
        }
    }

    /// <summary>How long nothing came back on any subflow although something is under way.</summary>
    private static TimeSpan StallOf(IEnumerable<SubflowSample> samples)
    {
        var all = samples.ToImmutableArray();
        return all.Any(one => one.UnackedSegments > 0)
            ? TimeSpan.FromMilliseconds(all.Where(one => one.BytesSent > 0).Select(one => one.LastAckMs).DefaultIfEmpty().Min())
            : TimeSpan.Zero;
    }
}
