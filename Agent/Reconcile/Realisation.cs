using System.Collections.Immutable;
using Multipath.Agent.Interop;
using Multipath.Policies.Model;
using Multipath.Policies.Realise;

namespace Multipath.Agent.Reconcile;

/// <summary>What was done in one go.</summary>
/// <param name="Results">The actions, in order.</param>
/// <param name="Took">From the decision to the last action's end.</param>
internal readonly record struct RealisedActions(ImmutableArray<ActionResult> Results, TimeSpan Took);

/// <summary>Runs Realise until it asks for nothing more, and tells its memory how the actions went.</summary>
internal sealed class Realisation(
    ConnectionTable table, PathBook paths, Observer observer, ActionRunner runner, SchedulerSteering steering, HandoverWatch handovers)
{
    /// <summary>
    /// A plan settles in one pass; a second one sees what refusals changed. More would be a fault of Realise, not work.
    /// </summary>
    private const int PassLimit = 4;

    private RealiseMemory _memory = RealiseMemory.Empty;

    /// <summary>When to run again although nothing happened.</summary>
    public DateTimeOffset? NextDeadline { get; private set; }

    /// <summary>Does what the plan asks of the connections as they are.</summary>
    public RealisedActions Run(PlanContent content, DateTimeOffset now)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        steering.Run(content);
        handovers.Look();
        var results = ImmutableArray.CreateBuilder<ActionResult>();
        for (var pass = 0; pass < PassLimit; pass++)
        {
            var outcome = Realiser.Realise(content, observer.State(), _memory, now);
            if (handovers.LookBefore(outcome.Handovers))
            {
                outcome = Realiser.Realise(content, observer.State(), _memory, now);
            }

            (_memory, NextDeadline) = (outcome.Memory, outcome.NextDeadline);
            handovers.Take(outcome.Handovers);
            if (outcome.Actions.IsEmpty)
            {
                break;
            }

            results.AddRange(outcome.Actions.Select(action => Run(action, now)).Where(result => !result.Overtaken));
        }

        return new RealisedActions(results.ToImmutable(), System.Diagnostics.Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Finds the class of each connection in a plan.</summary>
    public void Classify(PlanContent content)
    {
        foreach (var connection in table.Connections)
        {
            Classify(content, connection);
        }
    }

    /// <inheritdoc cref="Classify(PlanContent)"/>
    public static void Classify(PlanContent? content, TrackedConnection connection) => connection.TrafficClass =
        content is not null && connection.Steerable ? Realiser.ClassOf(content, connection.ToState())?.Name ?? "" : "";

    /// <summary>Established subflows on a path, of all connections.</summary>
    public int Subflows(PathKey path) => table.Connections.Sum(one => one.From(path.Address).Count());

    /// <summary>A subflow closed that nobody here closed.</summary>
    public void Left(uint token, PathKey path, DateTimeOffset now) => _memory = _memory.SubflowClosed(token, path, byReflex: false, now);

    /// <summary>A join was not answered in time.</summary>
    public void GiveUp(PendingSubflow begun, TrackedConnection connection) => runner.GiveUp(begun, connection);

    /// <summary>A subflow that was begun did not come to be.</summary>
    public void Failed(CreateSubflow create, int error, Journal journal, DateTimeOffset now)
    {
        var reason = error == 0 ? "it was closed before it was established" : Errno.Name(error);
        journal.Action("create", create.Token, create.Path, ActionRunner.Describe(create), create.Reason, reason, TimeSpan.Zero);
        _memory = _memory.ActionFailed(create, reason, now);
    }

    private ActionResult Run(DataPlaneAction action, DateTimeOffset now)
    {
        var result = runner.Run(action);
        if (result.Overtaken && action is SetBackup set && paths.Of(set.Local.Address) is { } lost)
        {
            _memory = _memory.SubflowClosed(set.Token, lost, byReflex: false, now);
        }
        else if (result.Error is { } error)
        {
            _memory = _memory.ActionFailed(action, error.ToString(), now);
        }
        else if (action is DestroySubflow destroy && paths.Of(destroy.Local.Address) is { } path)
        {
            // Told at once: the table no longer has it, so that the event that follows says nothing new.
            _memory = _memory.SubflowClosed(destroy.Token, path, byReflex: false, now);
        }

        return result;
    }
}
