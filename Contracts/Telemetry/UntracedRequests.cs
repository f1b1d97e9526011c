using System.Diagnostics;
using OpenTelemetry;

namespace Multipath.Contracts.Telemetry;

/// <summary>
/// Keeps the requests of probes and scrapers out of the traces. Their path is known only once they are under way, when it is too late
/// to sample; so they are marked as not recorded at their end, and the exporter behind passes them over.
/// </summary>
internal sealed class UntracedRequests(IReadOnlyList<string> paths) : BaseProcessor<Activity>
{
    /// <summary>Of what ASP.NET Core and HttpClient tell of a request (OpenTelemetry's semantic conventions for HTTP).</summary>
    private static readonly string[] PathTags = ["url.path", "http.route"];

    public override void OnEnd(Activity data)
    {
        if (data.Kind == ActivityKind.Server && paths.Any(path => IsOf(data, path)))
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }

    private static bool IsOf(Activity request, string path) =>
        PathTags.Any(tag => request.GetTagItem(tag) as string == path)
        || request.DisplayName.EndsWith($" {path}", StringComparison.Ordinal);
}
