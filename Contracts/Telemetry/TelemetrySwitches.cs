using Microsoft.Extensions.Configuration;

namespace Multipath.Contracts.Telemetry;

/// <summary>
/// What the standard variables of OpenTelemetry say of whether to export; how and where to is read by the SDK and its exporter.
/// </summary>
/// <param name="Enabled">False when <c>OTEL_SDK_DISABLED</c> is true: nothing is collected at all.</param>
/// <param name="Traces">Spans go out by OTLP.</param>
/// <param name="Metrics">Metrics go out by OTLP.</param>
/// <param name="Logs">What the program logs goes out by OTLP.</param>
public sealed record TelemetrySwitches(bool Enabled, bool Traces, bool Metrics, bool Logs)
{
    private const string Otlp = "otlp";

    /// <summary>
    /// A signal is exported when <c>OTEL_TRACES_EXPORTER</c> (<c>…_METRICS_…</c>, <c>…_LOGS_…</c>) lists <c>otlp</c>, or names nothing
    /// and there is an endpoint for it: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, or the one with the signal's name in it. An empty variable is
    /// as one that is not set.
    /// </summary>
    /// <param name="settings">The process's environment, as configuration.</param>
    public static TelemetrySwitches Read(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var enabled = !string.Equals(settings["OTEL_SDK_DISABLED"]?.Trim(), "true", StringComparison.OrdinalIgnoreCase);
        bool Exported(string signal) => enabled && Exports(settings, signal);
        return new(enabled, Exported("TRACES"), Exported("METRICS"), Exported("LOGS"));
    }

    private static bool Exports(IConfiguration settings, string signal)
    {
        var named = settings[$"OTEL_{signal}_EXPORTER"];
        return string.IsNullOrWhiteSpace(named)
            ? IsSet(settings, "OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet(settings, $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
            : named.Split(',', StringSplitOptions.TrimEntries).Contains(Otlp, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsSet(IConfiguration settings, string name) => !string.IsNullOrWhiteSpace(settings[name]);
}
