using Multipath.Agent.Reflexes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// What follows an alarm of the watch: the subflow is closed where another one carries, so that the kernel sends its data again at once,
/// and made again; the path is suspected until something on it answers.
/// </summary>
internal sealed class BlackholeReflex(ConnectionTable table, PathBook paths, Realisation realisation, Journal journal)
{
    /// <summary>The alarms that turned out false.</summary>
    public FalseAlarms Alarms { get; } = new();

    /// <summary>A subflow fell silent, or is heard again.</summary>
    /// <param name="alarm">Which, and why.</param>
    /// <param name="content">The plan in force.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when it concerns nothing that is known.</returns>
    public bool HandleAlarm(BlackholeAlarm alarm, PlanContent? content, DateTimeOffset now)
    {
        if (!table.TryGet(alarm.Token, out var connection) || !connection.Subflows.TryGetValue(alarm.Tuple, out var subflow))
        {
            return false;
        }

        connection.Subflows[alarm.Tuple] = subflow with { Silent = alarm.Verdict.Silent };
        var path = paths.Of(alarm.Tuple.LocalAddress);
        if (!alarm.Verdict.Silent)
        {
            _ = path is not null && paths.Answered(path);
        }
        else if (content is not null && connection.TrafficClass.Length > 0)
        {
            Act(alarm, connection, path, content, now);
        }

        return true;
    }

    /// <summary>A subflow was established on a path, which therefore lives.</summary>
    public void HandleJoined(uint token, PathKey path, DateTimeOffset now)
    {
        paths.Answered(path);
        if (Alarms.Established(token, path, now))
        {
            journal.FalseAlarm(token, path, Alarms.Count);
        }
    }

    private void Act(BlackholeAlarm alarm, TrackedConnection connection, PathKey? path, PlanContent content, DateTimeOffset now)
    {
        using var span = journal.Trace.Reflex("blackhole", path?.ToString());
        realisation.Run(content, now);
        var closed = !connection.Subflows.ContainsKey(alarm.Tuple);
        if (path is not null && closed)
        {
            Alarms.Fired(alarm.Token, path, now);
        }

        // A server's own path is not to blame when one of many clients is gone.
        if (path is not null && !connection.ServerSide)
        {
            paths.Suspect(path, now);
        }

        journal.Blackhole(alarm.Token, path, alarm.Verdict.Silence, alarm.Verdict.Threshold, closed);
    }
}
