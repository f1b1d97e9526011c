using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;

namespace Multipath.Contracts.Telemetry;

/// <summary>
/// A program's log on its way out by OTLP, beside where it is written; each line with the trace and span that it is a part of.
/// </summary>
public static class TelemetryLogs
{
    /// <summary>Sends what the program logs, where the standard variables ask for it.</summary>
    /// <param name="logging">The program's, with its filters.</param>
    /// <param name="sources">Who logs.</param>
    /// <param name="settings">The process's environment, as configuration, and as the service of the program.</param>
    public static ILoggingBuilder AddOtlp(this ILoggingBuilder logging, TelemetrySources sources, IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(logging);
        if (TelemetrySwitches.Read(settings).Logs)
        {
            logging.Services.ConfigureOpenTelemetryLoggerProvider(
                logger => logger.ConfigureResource(resource => TelemetryPipeline.Identify(resource, sources)));
            logging.AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.AddOtlpExporter();
            });
        }

        return logging;
    }

    /// <summary>For a program without a host of its own; what is left is sent when it is disposed of.</summary>
    /// <param name="sources">Who logs.</param>
    /// <param name="settings">The process's environment, as configuration.</param>
    public static ILoggerFactory Start(TelemetrySources sources, IConfiguration settings) => LoggerFactory.Create(logging =>
    {
        logging.Services.AddSingleton(settings);
        logging.AddOtlp(sources, settings);
    });
}
