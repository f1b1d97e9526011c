using System.Text;
using Multipath.Contracts.Telemetry;
using Multipath.Silo.Telemetry;

namespace Multipath.Silo.Http;

/// <summary>The metrics for those without a collector.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", Scrape).ExcludeFromDescription().DisableHttpMetrics();

    private static IResult Scrape(SiloTelemetry telemetry) => telemetry.Scrape() is { } page
        ? TypedResults.Text(page, PrometheusText.ContentType, Encoding.UTF8)
        : TypedResults.Problem("Telemetry is switched off (OTEL_SDK_DISABLED).", statusCode: StatusCodes.Status404NotFound);
}
