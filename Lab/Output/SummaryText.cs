using System.Globalization;
using System.Text;

namespace Multipath.Lab.Output;

/// <summary>A run's summary in words.</summary>
internal static class SummaryText
{
    public static string Of(RunSummary summary)
    {
        var text = new StringBuilder();
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"scenario      {summary.Scenario} on the {summary.DataPlane} data plane");
        text.AppendLine(CultureInfo.InvariantCulture, $"content hash  {(summary.HashRight ? "right" : "WRONG")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"received      {summary.Bytes / 1e6:0.0} MB, {summary.MbitPerSecond:0.0} Mbit/s");
        text.AppendLine(CultureInfo.InvariantCulture, $"longest gap   {summary.LongestGapMs:0} ms at the receiver");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"control       {summary.Reports} reports, {summary.Plans} plans, {summary.Actions} actions, {summary.Refused} refused");
        foreach (var problem in summary.Problems)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"problem       {problem}");
        }

        return text.ToString();
    }
}
