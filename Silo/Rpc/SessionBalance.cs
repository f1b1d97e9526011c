using Multipath.Contracts.Grains;
using Orleans;

namespace Multipath.Silo.Rpc;

/// <summary>
/// Keeps the silos of a cluster equally loaded: a silo that has clearly more sessions than its share asks some agents to connect again,
/// a few each second at moments of chance, so that a silo that joined fills up without a storm. Each move costs an agent one hello.
/// </summary>
internal sealed partial class SessionBalance(
    OpenSessions sessions,
    IGrainFactory grains,
    SessionSettings settings,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<SessionBalance> logger)
    : BackgroundService
{
    /// <summary>Between two looks at the share.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private readonly LastingExcess _excess = new(clock);
    private readonly string _silo = $"{settings.Silo}/{Guid.NewGuid():n}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A silo that is asked to stop gives all of its sessions away, and counts no more.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await CountUntil(ends.Token);
    }

    private async Task CountUntil(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                await Balance(stop);
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                LogNotCounted(error);
            }
        }
    }

    private async Task Balance(CancellationToken stop)
    {
        var share = await grains.GetGrain<ICensusGrain>(FleetKey.Value).Count(_silo, sessions.Count);
        var leaving = Math.Min(_excess.Of(sessions.Count, share), (int)(settings.MovesPerSecond * Period.TotalSeconds));
        if (leaving == 0)
        {
            return;
        }

        LogMoving(leaving, sessions.Count, share);
        await Task.WhenAll(sessions.Some(leaving).Select(session => Move(session, stop)));
    }

    private async Task Move(AgentSession session, CancellationToken stop)
    {
        await Task.Delay(Random.Shared.NextDouble() * Period, clock, stop);
        session.AskToMove();
    }

    [LoggerMessage(1, LogLevel.Information, "{Leaving} of {Sessions} agents are asked to connect again, the share is {Share}")]
    private partial void LogMoving(int leaving, int sessions, int share);

    [LoggerMessage(2, LogLevel.Warning, "The sessions of the silos could not be counted")]
    private partial void LogNotCounted(Exception error);
}
