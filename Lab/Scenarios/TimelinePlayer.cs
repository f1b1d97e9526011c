namespace Multipath.Lab.Scenarios;

/// <summary>Plays a timeline in real time.</summary>
internal static class TimelinePlayer
{
    /// <summary>Plays each event when it is due and tells of it once it is done; returns after the last one.</summary>
    internal static async Task PlayAsync(
        IReadOnlyList<ScenarioEvent> events,
        Action<ScenarioEvent> play,
        Action<ScenarioEvent> done,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        var timeline = new Timeline(events);
        var began = clock.GetTimestamp();
        while (timeline.NextDeadline is { } deadline)
        {
            var wait = deadline - clock.GetElapsedTime(began);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, clock, cancellation);
            }

            while (timeline.PollDue(clock.GetElapsedTime(began)) is { } due)
            {
                play(due);
                done(due);
            }
        }
    }
}
