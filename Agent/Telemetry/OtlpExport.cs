using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Multipath.Agent.Telemetry;

/// <summary>
/// Sends metrics and traces by OTLP when the standard variable OTEL_EXPORTER_OTLP_ENDPOINT is set; the exporter reads all others of its
/// kind too.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceName = "mpagent";

    private readonly MeterProvider _meters;
    private readonly TracerProvider _tracers;

    private OtlpExport(string host, string version)
    {
        var resource = ResourceBuilder.CreateDefault().AddService(ServiceName, serviceVersion: version, serviceInstanceId: host);
        _meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource).AddMeter(AgentMetrics.SourceName).AddOtlpExporter().Build();
        _tracers = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource).AddSource(AgentMetrics.SourceName).AddOtlpExporter().Build();
    }

    /// <returns>Null when nobody asked for it.</returns>
    public static OtlpExport? Start(string host, string version) =>
        string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(Endpoint)) ? null : new OtlpExport(host, version);

    public void Dispose()
    {
        _meters.Dispose();
        _tracers.Dispose();
    }
}
