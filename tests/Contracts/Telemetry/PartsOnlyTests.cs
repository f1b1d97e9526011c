using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Multipath.Contracts.Telemetry;
using Multipath.TestKit;

namespace Multipath.Contracts.Tests.Telemetry;

/// <summary>Spans of a source that makes one of each call, beside those of a source that begins traces.</summary>
public sealed class PartsOnlyTests : IDisposable
{
    private readonly ActivitySource _begins = new($"begins.{Guid.NewGuid():n}");
    private readonly ActivitySource _part = new($"part.{Guid.NewGuid():n}");

    [Fact]
    public async Task A_part_is_told_below_what_began_and_never_alone()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Http.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        var sources = new TelemetrySources("test", "1.2", "here", [], [_begins.Name, _part.Name]) { Parts = [_part.Name] };
        Activity.Current = null;
        using (TelemetryPipeline.Start(sources, new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), scraped: false))
        {
            using (_part.StartActivity("alone"))
            {
                _part.StartActivity("below it")?.Dispose();
            }

            using (_begins.StartActivity("whole"))
            {
                _part.StartActivity("part")!.Dispose();
            }
        }

        Assert.Equal(["part", "whole"], receiver.Spans.Select(span => span.Name).Order(StringComparer.Ordinal));
        Assert.Equal(2, receiver.Spans.Count(span => span.TraceId == receiver.Spans.First().TraceId));
    }

    public void Dispose()
    {
        _begins.Dispose();
        _part.Dispose();
    }
}
