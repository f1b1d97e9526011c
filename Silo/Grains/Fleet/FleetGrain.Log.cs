namespace Multipath.Silo.Grains.Fleet;

internal sealed partial class FleetGrain
{
    [LoggerMessage(1, LogLevel.Information, "Policy {Policy} changed; {Hosts} hosts are told")]
    private partial void LogPolicyChanged(string policy, int hosts);

    [LoggerMessage(2, LogLevel.Warning, "{Host} could not be told of its policy; it is told again while its session lives")]
    private partial void LogNotTold(string host, Exception error);

    [LoggerMessage(3, LogLevel.Error, "The fleet's index could not be stored and is written again later")]
    private partial void LogStoreFailed(Exception error);

    [LoggerMessage(4, LogLevel.Error, "Policy {Policy} cannot be read any more and governs no host: {Reason}")]
    private partial void LogUnreadable(string policy, string reason);
}
