using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Multipath.Contracts.Telemetry;
using Multipath.TestKit;

namespace Multipath.Contracts.Tests.Telemetry;

/// <summary>The page that is scraped, made by the SDK's own collection and read by a parser that shares nothing with its writer.</summary>
public sealed class TelemetryPipelineTests : IDisposable
{
    private readonly string _name = $"test.{Guid.NewGuid():n}";
    private readonly Meter _meter;
    private readonly TelemetryPipeline _pipeline;

    public TelemetryPipelineTests()
    {
        _meter = new Meter(_name);
        _pipeline = Start(new() { ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test", ["OTEL_SERVICE_NAME"] = "renamed" });
    }

    [Fact]
    public void A_counter_has_its_help_its_type_and_a_line_for_each_set_of_labels()
    {
        var counter = _meter.CreateCounter<long>("pushes", "{plan}", "Plans,\nby \\ result");
        counter.Add(3, new KeyValuePair<string, object?>("result", "acked"));
        counter.Add(1, new KeyValuePair<string, object?>("result", "na\"ck\\ed\n"));
        var family = Family("pushes_total");
        Assert.Equal(("counter", "Plans,\nby \\ result"), (family.Type, family.Help));
        Assert.Equal([("acked", 3.0), ("na\"ck\\ed\n", 1.0)], family.Samples.Select(one => (one.Label("result")!, one.Value)));
        Assert.All(family.Samples, sample => Assert.Equal(_name, sample.Label("otel_scope_name")));
    }

    [Fact]
    public void Gauges_show_the_last_value_and_what_rises_and_falls_its_sum()
    {
        _meter.CreateObservableGauge("fill", () => 0.25, "1");
        var sessions = _meter.CreateUpDownCounter<long>("sessions");
        sessions.Add(5);
        sessions.Add(-2);
        Assert.Equal(("gauge", 0.25), (Family("fill_ratio").Type, Assert.Single(Family("fill_ratio").Samples).Value));
        Assert.Equal(("gauge", 3.0), (Family("sessions").Type, Assert.Single(Family("sessions").Samples).Value));
    }

    [Fact]
    public void A_histogram_counts_by_upper_bound_from_the_first_bucket_on()
    {
        var histogram = _meter.CreateHistogram(
            "wait", "s", "Waits", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 7 })
        {
            histogram.Record(value);
        }

        var family = Family("wait_seconds");
        Assert.Equal("histogram", family.Type);
        Assert.Equal(
            [("0.1", 2.0), ("1", 3.0), ("+Inf", 4.0)],
            family.Samples.Where(one => one.Name == "wait_seconds_bucket").Select(one => (one.Label("le")!, one.Value)));
        Assert.Equal(7.65, family.Samples.Single(one => one.Name == "wait_seconds_sum").Value, 9);
        Assert.Equal(4, family.Samples.Single(one => one.Name == "wait_seconds_count").Value);
    }

    [Fact]
    public void Values_that_are_no_numbers_and_large_counts_are_written_as_the_format_has_them()
    {
        _meter.CreateObservableGauge("odd", () => new[]
        {
            new Measurement<double>(double.NaN, new KeyValuePair<string, object?>("of", "nan")),
            new Measurement<double>(double.NegativeInfinity, new KeyValuePair<string, object?>("of", "less")),
            new Measurement<double>(1e-7, new KeyValuePair<string, object?>("of", "small")),
        });
        _meter.CreateObservableCounter("large", () => long.MaxValue);
        Assert.Equal([double.NaN, double.NegativeInfinity, 1e-7], Family("odd").Samples.Select(one => one.Value));
        Assert.Contains("} 9223372036854775807\n", _pipeline.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_become_one_name_keep_both_values()
    {
        _meter.CreateCounter<long>("clash").Add(1, new("a.b", "one"), new KeyValuePair<string, object?>("a_b", "two"));
        var sample = Assert.Single(Family("clash_total").Samples);
        Assert.Equal("one;two", sample.Label("a_b"));
    }

    [Fact]
    public void A_series_that_two_meters_of_one_name_tell_is_there_once()
    {
        using var other = new Meter(_name, "", [new KeyValuePair<string, object?>("silo", "two")]);
        _meter.CreateCounter<long>("twice").Add(1);
        other.CreateCounter<long>("twice").Add(5);
        Assert.Equal(5, Assert.Single(Family("twice_total").Samples).Value);
    }

    [Fact]
    public void A_second_metric_that_takes_the_name_with_another_type_is_left_out()
    {
        _meter.CreateCounter<long>("same").Add(1);
        _meter.CreateObservableGauge("same_total", () => 5);
        Assert.Equal(1, Assert.Single(Family("same_total").Samples).Value);
    }

    [Fact]
    public void Who_it_is_stands_in_the_target_and_the_environment_decides()
    {
        var target = Assert.Single(Family("target_info").Samples);
        Assert.Equal(
            ("renamed", "1.2", "here", "test", 1.0),
            (target.Label("service_name"), target.Label("service_version"), target.Label("service_instance_id"),
                target.Label("deployment_environment_name"), target.Value));
    }

    [Fact]
    public void Nothing_is_collected_where_the_sdk_is_disabled()
    {
        using var disabled = Start(new() { ["OTEL_SDK_DISABLED"] = "true" });
        Assert.Null(disabled.Scrape());
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _meter.Dispose();
    }

    private TelemetryPipeline Start(Dictionary<string, string?> variables) => TelemetryPipeline.Start(
        new TelemetrySources("service", "1.2", "here", [_name], []),
        new ConfigurationBuilder().AddInMemoryCollection(variables).Build(),
        scraped: true);

    private PrometheusFamilyRead Family(string name) => PrometheusPage.Parse(_pipeline.Scrape()!).Single(one => one.Name == name);
}
