using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Multipath.Silo.Hosting;

/// <summary>
/// Says what becomes of the cluster's silos, in a line each. Orleans tells the same by what every message, connection and probe meets that
/// goes to a silo which is away, with its stack; that is left out, for who waits for such a message tells what it means to them.
/// </summary>
internal sealed partial class ClusterLog(ISiloStatusOracle silos, ILogger<ClusterLog> logger) : IHostedService, ISiloStatusListener
{
    private static readonly (string Category, LogLevel Least)[] Filters =
    [
        ("Polly", LogLevel.None),
        ("Orleans.Messaging", LogLevel.Critical),
        ("Orleans.Runtime.Messaging", LogLevel.Error),
        ("Orleans.Runtime.CallbackData", LogLevel.Error),
        ("Orleans.Runtime.MembershipService.SiloHealthMonitor", LogLevel.Error),
        // One for each timer of a silo that was paused; that it was is told once.
        ("Orleans.Runtime.AsyncTimer", LogLevel.Error),
        // At start it takes the time since the machine's own start for that of a thread that hangs.
        ("Orleans.Runtime.Watchdog", LogLevel.Error),
    ];

    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<SiloAddress, bool> _leaving = [];

    /// <summary>Leaves out what is told here, or by who it happens to.</summary>
    public static void Quieten(ILoggingBuilder logging)
    {
        foreach (var (category, least) in Filters)
        {
            logging.AddFilter(category, least);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        silos.SubscribeToSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        silos.UnSubscribeFromSiloStatusEvents(this);
        return Task.CompletedTask;
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        var silo = updatedSilo.Endpoint.ToString();
        switch (status)
        {
            case SiloStatus.Active:
                LogJoined(silo, Active);
                break;
            case SiloStatus.ShuttingDown or SiloStatus.Stopping when _leaving.TryAdd(updatedSilo, true):
                LogLeaves(silo);
                break;
            case SiloStatus.Dead when _leaving.TryRemove(updatedSilo, out _):
                LogLeft(silo, Active);
                break;
            case SiloStatus.Dead:
                LogGone(silo, Active);
                break;
        }
    }

    private int Active => silos.GetApproximateSiloStatuses(onlyActive: true).Count;

    [LoggerMessage(1, LogLevel.Information, "Silo {Silo} is in the cluster, which has {Active} now")]
    private partial void LogJoined(string silo, int active);

    [LoggerMessage(2, LogLevel.Information, "Silo {Silo} leaves the cluster")]
    private partial void LogLeaves(string silo);

    [LoggerMessage(3, LogLevel.Information, "Silo {Silo} has left the cluster, which has {Active} now")]
    private partial void LogLeft(string silo, int active);

    [LoggerMessage(4, LogLevel.Warning,
        "Silo {Silo} does not answer and counts as gone; what it had starts on the others, of which there are {Active}")]
    private partial void LogGone(string silo, int active);
}
