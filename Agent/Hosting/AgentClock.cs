namespace Multipath.Agent.Hosting;

/// <summary>The agent's one clock: the host's time of day at the start, from then on only forward, whatever happens to the time of
/// day.</summary>
/// <param name="time">The source of both.</param>
internal sealed class AgentClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    /// <summary>Now, UTC. Never goes back.</summary>
    public DateTimeOffset Now => _start + time.GetElapsedTime(_timestamp);
}
