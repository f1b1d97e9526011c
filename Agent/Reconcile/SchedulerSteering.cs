using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Gives each connection the packet scheduler of its traffic class, when it joins the class and when the plan names another one.
/// Does nothing on
/// a data plane that has one scheduler for all.
/// </summary>
internal sealed class SchedulerSteering(IDataPlane plane, ConnectionTable table, Journal journal)
{
    /// <summary>Chooses where the choice differs from the last one. A name that was refused is not tried again.</summary>
    public void Run(PlanContent content)
    {
        if (plane.Schedulers is not { } schedulers)
        {
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
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var refused = schedulers.Set(connection.Token, name);
        journal.Action(
            "schedule", connection.Token, null, $"schedule by {name}", $"class {connection.TrafficClass}", refused?.ToString() ?? "",
            System.Diagnostics.Stopwatch.GetElapsedTime(began));
    }
}
