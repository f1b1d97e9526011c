namespace Multipath.Agent.Session;

/// <summary>Both ends' signs of life on an open session: when this one owes one, and when the other has been silent for too long.</summary>
internal struct Heartbeats
{
    /// <summary>Intervals without a sign of the silo after which the stream is given up.</summary>
    private const int SilentIntervals = 3;

    private TimeSpan _interval;
    private DateTimeOffset _beatAt;
    private DateTimeOffset _heardAt;
    private ulong _sequence;

    /// <summary>When this end owes a heartbeat.</summary>
    public readonly DateTimeOffset Due => _beatAt + _interval;

    /// <summary>When the silo counts as gone.</summary>
    public readonly DateTimeOffset SilentAt => _heardAt + (SilentIntervals * _interval);

    /// <summary>The session is open.</summary>
    public void Begin(TimeSpan interval, DateTimeOffset now) => (_interval, _beatAt, _heardAt) = (interval, now, now);

    /// <summary>The silo said something.</summary>
    public void Heard(DateTimeOffset now) => _heardAt = now;

    /// <summary>The heartbeat to send.</summary>
    public AgentMessage Beat(DateTimeOffset now)
    {
        _beatAt = now;
        return new AgentMessage.Heartbeat(++_sequence);
    }
}
