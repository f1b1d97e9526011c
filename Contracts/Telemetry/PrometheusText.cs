using System.Text;

namespace Multipath.Contracts.Telemetry;

/// <summary>A label as OpenTelemetry names it.</summary>
internal readonly record struct Label(string Name, string Value);

/// <summary>The types of metrics that are written.</summary>
internal enum PrometheusKind
{
    /// <summary>Has no form in the text.</summary>
    None,

    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>Rises and falls.</summary>
    Gauge,

    /// <summary>Counts by upper bound.</summary>
    Histogram,
}

/// <summary>
/// A page of Prometheus's text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), with names by OpenTelemetry's
/// "Prometheus and OpenMetrics Compatibility".
/// </summary>
public sealed class PrometheusText
{
    /// <summary>What a server says of the page.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly SortedDictionary<string, PrometheusFamily> _families = new(StringComparer.Ordinal);

    internal PrometheusText()
    {
    }

    /// <summary>The page; families by name.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var family in _families.Values)
        {
            family.WriteTo(text);
        }

        return text.ToString();
    }

    /// <summary>Where a metric's points go; null when another metric took the name with another type.</summary>
    internal PrometheusFamily? Family(string name, string unit, string help, PrometheusKind kind)
    {
        var exposed = PrometheusNames.Metric(name, unit, kind);
        if (!_families.TryGetValue(exposed, out var family))
        {
            _families[exposed] = family = new PrometheusFamily(exposed, help, kind);
        }

        return family.Kind == kind ? family : null;
    }

    /// <summary>Attributes of the resource do not go on each line: they are labels of one metric to join with.</summary>
    internal void AddTarget(IEnumerable<Label> attributes) =>
        Family("target.info", "", "Attributes of the resource", PrometheusKind.Gauge)?.Add([.. attributes], 1);
}
