using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Multipath.Contracts.Telemetry;

namespace Multipath.Agent.Telemetry;

/// <summary>
/// What the agent tells of itself while it runs: by OTLP where the standard variables ask for it, and, where an address is given, as a
/// page for Prometheus.
/// </summary>
internal sealed class AgentTelemetry : IAsyncDisposable
{
    private static readonly string[] Meters = [AgentMetrics.SourceName, "System.Runtime"];

    private readonly TelemetryPipeline _pipeline;
    private readonly MetricsPage? _page;

    private readonly ILoggerFactory _logs;

    private AgentTelemetry(TelemetryPipeline pipeline, MetricsPage? page, ILoggerFactory logs) =>
        (_pipeline, _page, _logs, Collected) = (pipeline, page, logs, logs.CreateLogger(AgentMetrics.SourceName));

    /// <summary>What is logged here is collected, where the environment asks for it.</summary>
    public ILogger Collected { get; }

    /// <summary>Where the page is, with the port in use; null when there is none.</summary>
    public Uri? Address => _page?.Address;

    /// <param name="host">Tells this agent from the others of the fleet, as an attribute of the resource.</param>
    /// <param name="version">The program's.</param>
    /// <param name="page">Where to serve the page; null for nowhere.</param>
    /// <param name="settings">Where the variables of OpenTelemetry are; null for the process's environment.</param>
    /// <exception cref="IOException">The page's address is in use.</exception>
    public static AgentTelemetry Start(string host, string version, Uri? page, IConfiguration? settings = null)
    {
        var environment = settings ?? new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var sources = new TelemetrySources("mpagent", version, host, Meters, [AgentMetrics.SourceName]);
        var pipeline = TelemetryPipeline.Start(sources, environment, scraped: page is not null);
        try
        {
            var served = page is null ? null : MetricsPage.Serve(page, pipeline);
            return new AgentTelemetry(pipeline, served, TelemetryLogs.Start(sources, environment));
        }
        catch
        {
            pipeline.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_page?.DisposeAsync() ?? ValueTask.CompletedTask);
        _pipeline.Dispose();
        _logs.Dispose();
    }
}
