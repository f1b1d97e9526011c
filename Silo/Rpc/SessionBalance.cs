using Multipath.Contracts.Grains;
using Orleans;

namespace Multipath.Silo.Rpc;

/// <summary>
/// Keeps the silos of a cluster equally loaded: a silo that has clearly more sessions than its share asks some agents to connect again,
/// a few each second at moments of chance, so that a silo that joined fills up without a storm. Each move costs an agent one hello.
/// </summary>
internal sealed partial class SessionBalance(
    OpenSessions sessions, IGrainFactory grains, SessionSettings settings, TimeProvider clock, ILogger<SessionBalance> logger)
    : BackgroundService
{
    /// <summary>Between two looks at the share.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Above the share by this part, agents stay where they are: moving them would gain nothing.</summary>
    private const double Tolerance = 0.1;

    /// <summary>And by this many: small fleets need no balance.</summary>
    private const int Slack = 10;

    private readonly ILogger _logger = logger;
    private readonly string _silo = $"{settings.Silo}/{Guid.NewGuid():n}";

    /// <summary>How many sessions too many a silo has.</summary>
    internal static int Excess(int sessions, int share) =>
        sessions > (share * (1 + Tolerance)) + Slack ? sessions - share : 0;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Balance(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotCounted(error);
            }
        }
    }

    private async Task Balance(CancellationToken stop)
    {
        var share = await grains.GetGrain<ICensusGrain>(FleetKey.Value).Count(_silo, sessions.Count);
        var leaving = Math.Min(Excess(sessions.Count, share), (int)(settings.MovesPerSecond * Period.TotalSeconds));
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
