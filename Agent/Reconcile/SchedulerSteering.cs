using System.Collections.Immutable;
using System.Diagnostics;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Gives each connection the packet scheduler of its traffic class, when it joins the class and when the plan names another one. On a data
/// plane that has one scheduler for all it chooses that one, if the plan's classes agree.
/// </summary>
internal sealed class SchedulerSteering(IDataPlane plane, ConnectionTable table, Journal journal)
{
    private string? _forAll;

    /// <summary>The scheduler for all, if it could not be set when it was tried last.</summary>
    public ImmutableArray<ActionOutcome> Refused { get; private set; } = [];

    /// <summary>Chooses where the choice differs from the last one. A name that was refused is not tried again.</summary>
    public void Run(PlanContent content)
    {
        if (plane.Schedulers is not { } schedulers)
        {
            ChooseForAll(content);
            return;
        }

        foreach (var connection in table.Connections.Where(one => one.TrafficClass.Length > 0))
        {
            var chosen = content.Classes.FirstOrDefault(one => one.Name == connection.TrafficClass)?.Scheduler;
            if ((chosen ?? schedulers.Usual) != (connection.Scheduler ?? schedulers.Usual))
            {
                connection.Scheduler = chosen;
                Set(schedulers, connection, chosen ?? schedulers.Usual);
            }
        }
    }

    private void Set(ISchedulerControl schedulers, TrackedConnection connection, string name)
    {
        var began = Stopwatch.GetTimestamp();
        var refused = schedulers.Set(connection.Token, name);
        Tell(connection.Token, $"schedule by {name}", $"class {connection.TrafficClass}", refused?.ToString() ?? "", began);
    }

    /// <summary>
    /// What is not there, or not agreed on, is refused with the plan (<see cref="SchedulerCheck"/>), and the usual one holds.
    /// </summary>
    private void ChooseForAll(PlanContent content)
    {
        if (plane.HostScheduler is not { } host)
        {
            return;
        }

        var agreed = SchedulerCheck.ForAll(content, host.Usual);
        var chosen = agreed is not null && host.Available.Contains(agreed) ? agreed : host.Usual;
        if (chosen == (_forAll ?? host.Usual))
        {
            return;
        }

        const string reason = "all classes ask for it";
        _forAll = chosen;
        var (began, text) = (Stopwatch.GetTimestamp(), $"schedule connections to come by {chosen}");
        var error = host.Set(chosen)?.ToString() ?? "";
        Refused = error.Length > 0 ? [new ActionOutcome(text, reason, error)] : [];
        Tell(0, text, reason, error, began);
    }

    private void Tell(uint token, string text, string reason, string error, long began) =>
        journal.Action("schedule", token, null, text, reason, error, Stopwatch.GetElapsedTime(began));
}
