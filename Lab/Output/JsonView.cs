using System.Text.Encodings.Web;
using System.Text.Json;

namespace Multipath.Lab.Output;

/// <summary>One JSON object a line: <c>{"type":"event"|"state"|"summary", …}</c>; for scripts.</summary>
internal sealed class JsonView(TextWriter output) : IRunView
{
    // The output goes to a terminal or a script, never into a web page: "10 Mbit/s > 5" stays readable.
    private static readonly JsonSerializerOptions _options =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Show(TimelineEntry entry) =>
        Write(new { Type = "event", AtMs = Ms(entry.At), entry.Source, entry.Kind, entry.Text });

    public void Show(LabSnapshot snapshot) => Write(new
    {
        Type = "state",
        AtMs = Ms(snapshot.At),
        snapshot.Plan,
        snapshot.Status,
        snapshot.MbitPerSecond,
        snapshot.Paths,
        snapshot.Subflows,
    });

    public void Show(RunSummary summary) => Write(new
    {
        Type = "summary",
        summary.Scenario,
        summary.DataPlane,
        summary.Good,
        summary.HashRight,
        summary.Bytes,
        summary.MbitPerSecond,
        summary.LongestGapMs,
        summary.Reports,
        summary.Plans,
        summary.Actions,
        summary.Refused,
        summary.Problems,
    });

    public void Dispose() => output.Flush();

    private static double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private void Write<T>(T value) => output.WriteLine(JsonSerializer.Serialize(value, _options));
}
