namespace Multipath.Silo.Rpc;

/// <summary>Times and limits of agents' sessions.</summary>
public sealed record SessionSettings
{
    /// <summary>The silo's name, as agents are told.</summary>
    public string Silo { get; init; } = Environment.MachineName;

    /// <summary>Between two heartbeats of an agent.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A session that is silent for this many heartbeats is closed.</summary>
    public int MissedHeartbeats { get; init; } = 3;

    /// <summary>At least this long between two reports that only measurements changed for.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A stream without a Hello is closed after this.</summary>
    public TimeSpan HelloWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>New sessions a second; the rest of a reconnect storm comes back with backoff.</summary>
    public int SessionsPerSecond { get; init; } = 1_000;

    /// <summary>New sessions at once after a quiet time.</summary>
    public int SessionBurst { get; init; } = 2_000;

    /// <summary>Sessions that a silo with more than its share gives away in a second, while others have room.</summary>
    public int MovesPerSecond { get; init; } = 20;

    /// <summary>Open sessions; a silo's memory is planned for this many.</summary>
    public int Sessions { get; init; } = 20_000;

    /// <summary>An agent whose reports are refused so often in a row is broken or hostile, and is disconnected.</summary>
    public int RefusalsInARow { get; init; } = 16;
}
