using System.Text;

namespace Multipath.Contracts.Telemetry;

/// <summary>
/// Names of OpenTelemetry as Prometheus has them: characters that it does not know become underscores, the unit in full becomes a suffix,
/// a counter ends in <c>_total</c> (OpenTelemetry's "Prometheus and OpenMetrics Compatibility"; units by UCUM).
/// </summary>
public static class PrometheusNames
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["d"] = "days",
        ["h"] = "hours",
        ["min"] = "minutes",
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["GiBy"] = "gibibytes",
        ["kBy"] = "kilobytes",
        ["MBy"] = "megabytes",
        ["GBy"] = "gigabytes",
        ["Hz"] = "hertz",
        ["Cel"] = "celsius",
        ["%"] = "percent",
    };

    private static readonly Dictionary<string, string> PerUnits = new(StringComparer.Ordinal)
    {
        ["s"] = "second",
        ["min"] = "minute",
        ["h"] = "hour",
        ["d"] = "day",
    };

    /// <summary>A metric's name.</summary>
    /// <param name="name">Such as <c>multipath.plan.convergence</c>.</param>
    /// <param name="unit">In UCUM, such as <c>s</c>; an annotation in braces counts as none.</param>
    /// <param name="monotonic">True for a counter.</param>
    public static string Metric(string name, string unit, bool monotonic) =>
        Metric(name, unit, monotonic ? PrometheusKind.Counter : PrometheusKind.Gauge);

    /// <summary>A label's name.</summary>
    public static string Label(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Clean(name);
    }

    internal static string Metric(string name, string unit, PrometheusKind kind)
    {
        const string total = "_total";
        var clean = Clean(name);
        if (kind == PrometheusKind.Counter && clean.EndsWith(total, StringComparison.Ordinal))
        {
            clean = clean[..^total.Length];
        }

        var suffix = Unit(unit, kind);
        if (suffix.Length > 0 && !clean.EndsWith($"_{suffix}", StringComparison.Ordinal))
        {
            clean = $"{clean}_{suffix}";
        }

        return kind == PrometheusKind.Counter ? clean + total : clean;
    }

    private static string Unit(string unit, PrometheusKind kind)
    {
        var plain = WithoutAnnotations(unit);
        if (plain == "1")
        {
            return kind == PrometheusKind.Gauge ? "ratio" : "";
        }

        if (plain.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash)
        {
            var (what, per) = (plain[..slash], plain[(slash + 1)..]);
            var above = Units.GetValueOrDefault(what, what);
            return Clean($"{above}_per_{PerUnits.GetValueOrDefault(per, per)}").Trim('_');
        }

        return Clean(Units.GetValueOrDefault(plain, plain)).Trim('_');
    }

    private static string WithoutAnnotations(string unit)
    {
        var kept = new StringBuilder();
        var depth = 0;
        foreach (var character in unit)
        {
            depth += character == '{' ? 1 : 0;
            _ = depth == 0 ? kept.Append(character) : kept;
            depth -= character == '}' && depth > 0 ? 1 : 0;
        }

        return kept.ToString().Trim();
    }

    /// <summary>Runs of what is not allowed become one underscore; a digit does not stand first.</summary>
    private static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var character in name)
        {
            var next = char.IsAsciiLetterOrDigit(character) ? character : '_';
            if (clean.Length == 0 && char.IsAsciiDigit(next))
            {
                clean.Append('_');
            }

            if (next != '_' || clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append(next);
            }
        }

        return clean.ToString();
    }
}
