using System.Diagnostics;
using OpenTelemetry;

namespace Multipath.Contracts.Telemetry;

/// <summary>
/// Keeps the spans of some sources out of the traces where no other span is above them. A sampler is not told the source; so they are
/// marked as not recorded when they start, which those below them inherit, and the exporter behind passes them over.
/// </summary>
internal sealed class PartsOnly(IReadOnlyList<string> sources) : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        if (data.ParentSpanId == default && sources.Contains(data.Source.Name))
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            data.IsAllDataRequested = false;
        }
    }
}
