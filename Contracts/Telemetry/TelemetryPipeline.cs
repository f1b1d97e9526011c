using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Multipath.Contracts.Telemetry;

/// <summary>
/// A program's telemetry on its way out: pushed by OTLP where the standard variables ask for it, and there to be scraped as Prometheus
/// text. Both come of one collection, so that a metric has the same buckets and the same name, by the rules of the mapping, on both ways.
/// </summary>
public sealed class TelemetryPipeline : IDisposable
{
    private readonly PrometheusExporter? _page;
    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _tracers;

    private TelemetryPipeline(TelemetrySources sources, IConfiguration settings, bool scraped)
    {
        var switches = TelemetrySwitches.Read(settings);
        if (switches.Enabled && (switches.Metrics || scraped))
        {
            _page = scraped ? new PrometheusExporter() : null;
            _meters = Meters(sources, settings, switches.Metrics, _page);
        }

        if (switches.Traces)
        {
            var tracers = Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(settings))
                .ConfigureResource(resource => Identify(resource, sources))
                .AddSource([.. sources.Activities])
                .AddProcessor(new PartsOnly(sources.Parts))
                .AddProcessor(new UntracedRequests(sources.UntracedPaths));
            _tracers = tracers.AddOtlpExporter().Build();
        }
    }

    /// <summary>Begins to collect.</summary>
    /// <param name="sources">What.</param>
    /// <param name="settings">The process's environment, as configuration: the variables of OpenTelemetry are read from it.</param>
    /// <param name="scraped">Whether <see cref="Scrape"/> is going to be called; else metrics are collected for OTLP alone.</param>
    public static TelemetryPipeline Start(TelemetrySources sources, IConfiguration settings, bool scraped)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(settings);
        return new TelemetryPipeline(sources, settings, scraped);
    }

    /// <summary>All metrics as they are now, in the text format of <see cref="PrometheusText"/>; null when none are collected.</summary>
    public string? Scrape() => _page?.Collect();

    /// <summary>Sends what is left, then stops.</summary>
    public void Dispose()
    {
        _tracers?.Dispose();
        _meters?.Dispose();
    }

    private static MeterProvider Meters(TelemetrySources sources, IConfiguration settings, bool pushed, PrometheusExporter? page)
    {
        var meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(settings))
            .ConfigureResource(resource => Identify(resource, sources))
            .AddMeter([.. sources.Meters]);
        meters = page is null ? meters : meters.AddReader(page.NewReader());
        return (pushed ? meters.AddOtlpExporter() : meters).Build();
    }

    /// <summary>What the environment says of the service comes last, and wins.</summary>
    internal static void Identify(ResourceBuilder resource, TelemetrySources sources) => resource
        .Clear()
        .AddTelemetrySdk()
        .AddService(sources.Service, serviceVersion: sources.Version, serviceInstanceId: sources.Instance)
        .AddEnvironmentVariableDetector();
}
