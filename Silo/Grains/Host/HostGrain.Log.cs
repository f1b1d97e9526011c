using Multipath.Policies.Model;

namespace Multipath.Silo.Grains.Host;

internal sealed partial class HostGrain
{
    [LoggerMessage(1, LogLevel.Information, "{Host}: session {Session} opened, agent {AgentVersion} runs plan {Running}")]
    private partial void LogOpened(string host, string session, string agentVersion, PlanVersion? running);

    [LoggerMessage(2, LogLevel.Information, "{Host}: session {Session} closed")]
    private partial void LogClosed(string host, string session);

    [LoggerMessage(3, LogLevel.Warning, "{Host}: report {Sequence} refused: {Reason}")]
    private partial void LogReportRefused(string host, ulong sequence, string reason);

    [LoggerMessage(4, LogLevel.Information, "{Host}: plan {Version} of policy {Policy} pushed")]
    private partial void LogPushed(string host, PlanVersion version, string policy);

    [LoggerMessage(5, LogLevel.Warning, "{Host}: plan {Version} {Reason}")]
    private partial void LogNotRunning(string host, PlanVersion version, string reason);

    [LoggerMessage(7, LogLevel.Warning, "{Host}: held, for it runs plan {Running}, which is newer than what the store knows")]
    private partial void LogHeld(string host, PlanVersion running);

    [LoggerMessage(8, LogLevel.Information, "{Host}: resumed, plan {Running} is replaced")]
    private partial void LogResumed(string host, PlanVersion running);

    [LoggerMessage(9, LogLevel.Warning,
        "{Host}: the fleet is at version {Version} after {Known}, as after a restore from an older backup; the host starts again")]
    private partial void LogFleetWentBack(string host, ulong version, ulong known);

    [LoggerMessage(6, LogLevel.Error, "{Host}: its state could not be stored and is written again later")]
    private partial void LogStoreFailed(string host, Exception error);
}
