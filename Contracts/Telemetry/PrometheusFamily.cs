using System.Globalization;
using System.Text;

namespace Multipath.Contracts.Telemetry;

/// <summary>All lines of one metric name. Together they stand below its type, as the format asks.</summary>
/// <param name="name">As exposed.</param>
/// <param name="help">For a person.</param>
/// <param name="kind">Its type.</param>
internal sealed class PrometheusFamily(string name, string help, PrometheusKind kind)
{
    /// <summary>
    /// What stands before the value, and the value. Two meters of one name (two silos in one process) may tell the same series: the format
    /// allows it once, and the one that was made last is it.
    /// </summary>
    private readonly OrderedDictionary<string, string> _lines = new(StringComparer.Ordinal);

    public PrometheusKind Kind { get; } = kind;

    /// <summary>A counter or a gauge.</summary>
    public void Add(IReadOnlyList<Label> labels, double value) => Line("", labels, value);

    /// <summary>A whole number: all its digits.</summary>
    public void Add(IReadOnlyList<Label> labels, long value) => Line("", labels, value.ToString(CultureInfo.InvariantCulture));

    /// <param name="labels">Of the point.</param>
    /// <param name="buckets">Upper bounds in rising order, the last one infinite, each with the count of its bucket alone.</param>
    /// <param name="sum">Of all values.</param>
    /// <param name="count">Of all values.</param>
    public void AddHistogram(IReadOnlyList<Label> labels, IEnumerable<(double Bound, long Count)> buckets, double sum, long count)
    {
        long below = 0;
        foreach (var (bound, inside) in buckets)
        {
            below += inside;
            Line("_bucket", [.. labels, new Label("le", Number(bound))], below.ToString(CultureInfo.InvariantCulture));
        }

        Line("_sum", labels, sum);
        Line("_count", labels, count.ToString(CultureInfo.InvariantCulture));
    }

    public void WriteTo(StringBuilder page)
    {
        if (_lines.Count == 0)
        {
            return;
        }

        if (help.Length > 0)
        {
            page.Append("# HELP ").Append(name).Append(' ').Append(Escape(help, quoted: false)).Append('\n');
        }

        var type = Kind switch
        {
            PrometheusKind.Counter => "counter",
            PrometheusKind.Histogram => "histogram",
            _ => "gauge",
        };
        page.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (series, value) in _lines)
        {
            page.Append(series).Append(' ').Append(value).Append('\n');
        }
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsNaN(value) => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escape(string text, bool quoted)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quoted ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private void Line(string suffix, IReadOnlyList<Label> labels, double value) => Line(suffix, labels, Number(value));

    private void Line(string suffix, IReadOnlyList<Label> labels, string value)
    {
        // Names that differ only in characters that are replaced become one label with both values.
        var exposed = labels.GroupBy(label => PrometheusNames.Label(label.Name), label => label.Value, StringComparer.Ordinal)
            .Select(one => $"{one.Key}=\"{Escape(string.Join(';', one), quoted: true)}\"");
        _lines[$"{name}{suffix}{{{string.Join(',', exposed)}}}"] = value;
    }
}
