using System.Globalization;
using System.Text;

namespace Multipath.TestKit;

/// <summary>One line of a page.</summary>
/// <param name="Name">With its suffix, such as <c>_bucket</c>.</param>
/// <param name="Labels">In the page's order.</param>
/// <param name="Value">Its value.</param>
public sealed record PrometheusSample(string Name, IReadOnlyList<KeyValuePair<string, string>> Labels, double Value)
{
    /// <summary>The value of a label; null when it has none of the name.</summary>
    public string? Label(string name) => Labels.Where(label => label.Key == name).Select(label => label.Value).FirstOrDefault();
}

/// <summary>A metric with its lines.</summary>
/// <param name="Name">Of the family.</param>
/// <param name="Type">counter, gauge or histogram.</param>
/// <param name="Help">Unescaped; null when it has none.</param>
/// <param name="Samples">Its lines.</param>
public sealed record PrometheusFamilyRead(string Name, string Type, string? Help, IReadOnlyList<PrometheusSample> Samples);

/// <summary>
/// Reads Prometheus's text format 0.0.4 as its description says, and refuses what it does not allow. Written for tests, and apart from
/// what writes the format.
/// </summary>
public static class PrometheusPage
{
    /// <summary>The families in the page's order.</summary>
    /// <exception cref="FormatException">The page breaks the format; the message names the line.</exception>
    public static IReadOnlyList<PrometheusFamilyRead> Parse(string page)
    {
        ArgumentNullException.ThrowIfNull(page);
        Must(page.Length == 0 || page[^1] == '\n', "the last line does not end");
        List<PrometheusFamilyRead> families = [];
        HashSet<string> seen = [];
        string? help = null;
        foreach (var line in page.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = Unescape(line["# HELP ".Length..].Split(' ', 2)[1], line);
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                Must(parts.Length == 4 && IsName(parts[2]), line);
                Must(parts[3] is "counter" or "gauge" or "histogram", line);
                Must(families.All(one => one.Name != parts[2]), $"{line}: a second time");
                families.Add(new(parts[2], parts[3], help, new List<PrometheusSample>()));
                help = null;
            }
            else
            {
                var sample = Sample(line);
                Must(families.Count > 0 && Belongs(sample.Name, families[^1]), $"{line}: below the type of another metric");
                var identity = sample.Name + string.Join(',', sample.Labels.OrderBy(label => label.Key, StringComparer.Ordinal));
                Must(seen.Add(identity), $"{line}: a second time");
                ((List<PrometheusSample>)families[^1].Samples).Add(sample);
            }
        }

        foreach (var histogram in families.Where(one => one.Type == "histogram"))
        {
            Check(histogram);
        }

        return families;
    }

    private static bool Belongs(string sample, PrometheusFamilyRead family) => family.Type == "histogram"
        ? sample == $"{family.Name}_bucket" || sample == $"{family.Name}_sum" || sample == $"{family.Name}_count"
        : sample == family.Name;

    private static PrometheusSample Sample(string line)
    {
        var at = 0;
        while (at < line.Length && line[at] is not '{' and not ' ')
        {
            at++;
        }

        var name = line[..at];
        Must(IsName(name), line);
        List<KeyValuePair<string, string>> labels = [];
        if (at < line.Length && line[at] == '{')
        {
            at++;
            while (line[at] != '}')
            {
                labels.Add(Label(line, ref at));
            }

            at++;
        }

        Must(labels.Select(label => label.Key).Distinct().Count() == labels.Count, $"{line}: a label twice");
        Must(at < line.Length && line[at] == ' ', line);
        return new(name, labels, Number(line[(at + 1)..], line));
    }

    private static KeyValuePair<string, string> Label(string line, ref int at)
    {
        var equals = line.IndexOf('=', at);
        Must(equals > at && line[equals + 1] == '"', line);
        var name = line[at..equals];
        Must(IsName(name) && !name.Contains(':', StringComparison.Ordinal) && !name.StartsWith("__", StringComparison.Ordinal), line);
        var end = equals + 2;
        while (line[end] != '"')
        {
            end += line[end] == '\\' ? 2 : 1;
        }

        var value = Unescape(line[(equals + 2)..end], line);
        at = end + 1;
        Must(line[at] is ',' or '}', line);
        at += line[at] == ',' ? 1 : 0;
        return new(name, value);
    }

    private static string Unescape(string text, string line)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\')
            {
                plain.Append(text[at]);
                continue;
            }

            at++;
            Must(at < text.Length && text[at] is '\\' or '"' or 'n', $"{line}: an escape that is none");
            plain.Append(text[at] == 'n' ? '\n' : text[at]);
        }

        return plain.ToString();
    }

    private static double Number(string text, string line) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{line}: no number"),
    };

    /// <summary>Of each set of labels: buckets that never fall, the last one infinite and equal to the count.</summary>
    private static void Check(PrometheusFamilyRead histogram)
    {
        foreach (var series in histogram.Samples.GroupBy(Series))
        {
            var buckets = series.Where(one => one.Name == $"{histogram.Name}_bucket").ToList();
            var bounds = buckets.ConvertAll(one => Number(one.Label("le") ?? "", $"{histogram.Name}: a bucket without le"));
            Must(bounds.Count > 0 && double.IsPositiveInfinity(bounds[^1]), $"{histogram.Name}: no infinite bucket");
            Must(bounds.SequenceEqual(bounds.Order()), $"{histogram.Name}: bounds fall");
            var counts = buckets.ConvertAll(one => one.Value);
            Must(counts.SequenceEqual(counts.Order()), $"{histogram.Name}: counts fall");
            var count = series.Single(one => one.Name == $"{histogram.Name}_count").Value;
            Must(count == buckets[^1].Value, $"{histogram.Name}: the count is not the last bucket's");
            _ = series.Single(one => one.Name == $"{histogram.Name}_sum");
        }
    }

    private static string Series(PrometheusSample sample) =>
        string.Join(',', sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key, StringComparer.Ordinal));

    private static bool IsName(string text) => text.Length > 0 && !char.IsAsciiDigit(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or ':');

    private static void Must(bool condition, string trouble)
    {
        if (!condition)
        {
            throw new FormatException(trouble);
        }
    }
}
