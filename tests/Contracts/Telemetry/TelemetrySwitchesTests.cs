using Microsoft.Extensions.Configuration;
using Multipath.Contracts.Telemetry;

namespace Multipath.Contracts.Tests.Telemetry;

public sealed class TelemetrySwitchesTests
{
    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT= ", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4317", true, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://c:4317", false, true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_TRACES_EXPORTER=none", false, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://c:4317", false, false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_LOGS_EXPORTER=none", true, true, false)]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", true, false, false)]
    [InlineData("OTEL_METRICS_EXPORTER=prometheus, OTLP", false, true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_SDK_DISABLED=false", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_SDK_DISABLED=True", false, false, false)]
    public void What_is_exported_follows_from_the_standard_variables(string variables, bool traces, bool metrics, bool logs)
    {
        var read = TelemetrySwitches.Read(Settings(variables));
        Assert.Equal((traces, metrics, logs), (read.Traces, read.Metrics, read.Logs));
        Assert.Equal(!variables.Contains("True", StringComparison.Ordinal), read.Enabled);
    }

    private static IConfiguration Settings(string variables) => new ConfigurationBuilder().AddInMemoryCollection(
        variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=', 2))
            .Select(one => KeyValuePair.Create<string, string?>(one[0], one[1]))).Build();
}
