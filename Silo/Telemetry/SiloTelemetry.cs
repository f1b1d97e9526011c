using System.Reflection;
using Multipath.Contracts.Telemetry;

namespace Multipath.Silo.Telemetry;

/// <summary>
/// What the silo tells of itself, while it runs: its own traces and metrics and those of what it stands on, pushed by OTLP where the
/// standard variables ask for it, and as a page to be scraped.
/// </summary>
internal sealed class SiloTelemetry(IConfiguration configuration) : IHostedService, IDisposable
{
    /// <summary>Those that the build or the store does not have stay silent.</summary>
    private static readonly string[] Meters =
    [
        SiloMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Diagnostics",
        "Microsoft.Orleans", "Npgsql", "System.Runtime",
    ];

    /// <summary>Each call of a grain makes a span, and most are by timers or of a report.</summary>
    private static readonly string[] Parts =
    [
        "Microsoft.Orleans.Application", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Storage",
    ];

    private static readonly string[] Activities = [SiloTrace.SourceName, "Microsoft.AspNetCore", "Npgsql", .. Parts];

    /// <summary>The silo, to who collects.</summary>
    public static TelemetrySources Sources { get; } = new("mpsilo", Version, Instance: null, Meters, Activities)
    {
        UntracedPaths = ["/healthz", "/readyz", "/metrics", "/grpc.health.v1.Health/Check"],
        Parts = Parts,
    };

    private static string Version =>
        typeof(SiloTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private TelemetryPipeline? _pipeline;

    /// <summary>All metrics now; null when <c>OTEL_SDK_DISABLED</c> says so, or the silo does not run.</summary>
    public string? Scrape() => _pipeline?.Scrape();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _pipeline = TelemetryPipeline.Start(Sources, configuration, scraped: true);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _pipeline?.Dispose();
}
