namespace Multipath.Lab.Scenarios;

/// <summary>Walks a scenario's timeline. Pure: time is an argument, the next deadline a value.</summary>
internal sealed class Timeline(IReadOnlyList<ScenarioEvent> events)
{
    private int _next;

    /// <summary>When the next event is due, from the scenario's start; null after the last.</summary>
    internal TimeSpan? NextDeadline => _next < events.Count ? events[_next].At : null;

    /// <summary>Takes the next event that is due; null when none is.</summary>
    internal ScenarioEvent? PollDue(TimeSpan sinceStart) =>
        _next < events.Count && events[_next].At <= sinceStart ? events[_next++] : null;
}
