using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Multipath.Contracts.Telemetry;

/// <summary>Collects when it is asked to, and keeps the page that came of it. Scrapes at the same time take turns.</summary>
internal sealed class PrometheusExporter : BaseExporter<Metric>
{
    /// <summary>Observable instruments are asked meanwhile; none of them waits for anything.</summary>
    private const int CollectWithinMs = 5_000;

    private readonly Lock _turn = new();
    private BaseExportingMetricReader? _reader;
    private string _page = "";

    /// <summary>The reader by which the SDK feeds this one; totals since the start, as scrapers expect.</summary>
    public MetricReader NewReader() =>
        _reader = new BaseExportingMetricReader(this) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };

    /// <summary>Collects now.</summary>
    public string Collect()
    {
        lock (_turn)
        {
            _reader?.Collect(CollectWithinMs);
            return _page;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var page = new PrometheusText();
        page.AddTarget(ParentProvider.GetResource().Attributes.Select(one => new Label(one.Key, Text(one.Value))));
        foreach (var metric in batch)
        {
            Add(page, metric);
        }

        _page = page.ToString();
        return ExportResult.Success;
    }

    private static void Add(PrometheusText page, Metric metric)
    {
        var kind = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => PrometheusKind.Counter,
            MetricType.Histogram => PrometheusKind.Histogram,
            // No view asks for them, and the text format has no form for them.
            MetricType.ExponentialHistogram => PrometheusKind.None,
            _ => PrometheusKind.Gauge,
        };
        if (kind == PrometheusKind.None || page.Family(metric.Name, metric.Unit, metric.Description, kind) is not { } family)
        {
            return;
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = new List<Label> { new("otel.scope.name", metric.MeterName) };
            foreach (var tag in point.Tags)
            {
                labels.Add(new Label(tag.Key, Text(tag.Value)));
            }

            Add(family, labels, metric.MetricType, point);
        }
    }

    private static void Add(PrometheusFamily family, List<Label> labels, MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                family.Add(labels, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                family.Add(labels, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                family.Add(labels, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                family.Add(labels, point.GetGaugeLastValueDouble());
                break;
            default:
                List<(double, long)> buckets = [];
                foreach (var bucket in point.GetHistogramBuckets())
                {
                    buckets.Add((bucket.ExplicitBound, bucket.BucketCount));
                }

                family.AddHistogram(labels, buckets, point.GetHistogramSum(), point.GetHistogramCount());
                break;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
