using System.Globalization;

namespace Multipath.Lab.Output;

/// <summary>One line for each thing that happened; for pipes, logs and terminals that cannot redraw.</summary>
internal sealed class PlainView(TextWriter output) : IRunView
{
    public void Show(TimelineEntry entry) => output.WriteLine(Line(entry));

    public void Show(LabSnapshot snapshot)
    {
        // A log has no use for a state four times a second; the timeline tells each change.
    }

    public void Show(RunSummary summary) => output.Write(SummaryText.Of(summary));

    public void Dispose() => output.Flush();

    /// <summary><c>  5.012s  van       plan      …</c>.</summary>
    internal static string Line(TimelineEntry entry) => string.Create(
        CultureInfo.InvariantCulture, $"{entry.At.TotalSeconds,8:0.000}s  {entry.Source,-9} {entry.Kind,-9} {entry.Text}");
}
