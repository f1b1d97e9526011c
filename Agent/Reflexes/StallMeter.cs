namespace Multipath.Agent.Reflexes;

/// <summary>
/// Measures how long a handover stops a connection, as its sender sees it: from the last acknowledgement on a subflow that went away
/// with data under way, to the first one on another subflow afterwards. Of one thread; allocates only when something goes away.
/// </summary>
/// <param name="stalled">Told of each stall when it is over.</param>
internal sealed class StallMeter(Action<TimeSpan> stalled)
{
    private readonly Dictionary<uint, Stall> _open = [];

    /// <summary>True while a connection waits for its first acknowledgement.</summary>
    public bool IsOpen => _open.Count > 0;

    /// <summary>A subflow with data under way is there no more. The first one counts; others that follow prolong the same stall.</summary>
    /// <param name="token">Its connection.</param>
    /// <param name="heardAt">When something came back on it last.</param>
    /// <param name="now">The time.</param>
    public void Gone(uint token, DateTimeOffset heardAt, DateTimeOffset now) => _open.TryAdd(token, new Stall(heardAt, now));

    /// <summary>Another subflow of the connection had more acknowledged.</summary>
    public void Acknowledged(uint token, DateTimeOffset at)
    {
        if (_open.TryGetValue(token, out var stall) && at > stall.GoneAt)
        {
            _open.Remove(token);
            stalled(at - stall.HeardAt);
        }
    }

    /// <summary>Connections that ended wait for nothing.</summary>
    public void Keep(Func<uint, bool> isWatched)
    {
        foreach (var token in _open.Keys.Where(token => !isWatched(token)).ToArray())
        {
            _open.Remove(token);
        }
    }

    private readonly record struct Stall(DateTimeOffset HeardAt, DateTimeOffset GoneAt);
}
