using System.Net;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Telemetry;

/// <summary>The program itself, its environment, and a collector.</summary>
public sealed class OtlpExportTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpsilo-otlp-").FullName;

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Traces_metrics_and_the_log_go_where_the_standard_variables_say_under_the_name_that_they_give(string protocol)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var program = Start(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = (protocol == "grpc" ? receiver.Grpc : receiver.Http).ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_SERVICE_NAME"] = "silo-under-test",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=staging,service.instance.id=one",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        });
        using var http = new HttpClient { BaseAddress = new Uri(await program.PrintsAsync("HTTP on ")) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);
        Assert.Contains("\nmultipath_sessions{", await http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        await ApplyAsync(http);

        var apply = await receiver.SpanAsync(span => span.Name == "apply");
        Assert.Equal(("silo-under-test", "Multipath.Silo"), (apply.Service, apply.Scope));
        var request = await receiver.SpanAsync(span => span.SpanId == apply.ParentId);
        Assert.Equal(("Microsoft.AspNetCore", apply.TraceId, ""), (request.Scope, request.TraceId, request.ParentId));
        var metric = await receiver.MetricAsync("multipath.policy.changes");
        Assert.Equal(("Multipath.Silo", "{change}", "sum"), (metric.Scope, metric.Unit, metric.Kind));
        Assert.Equal(
            ("silo-under-test", "staging", "one"),
            (metric.Resource["service.name"], metric.Resource["deployment.environment.name"], metric.Resource["service.instance.id"]));
        Assert.Equal("histogram", (await receiver.MetricAsync("http.server.request.duration")).Kind);
        var line = await receiver.LogAsync(line => line.Body == "Policy vans changed; 0 hosts are told");
        Assert.Equal(
            ("silo-under-test", "Multipath.Silo.Grains.Fleet.FleetGrain", apply.TraceId, "vans"),
            (line.Resource["service.name"], line.Scope, line.TraceId, line.Attributes["Policy"]));
        Assert.DoesNotContain(receiver.Spans, span => span.Name.Contains("readyz", StringComparison.Ordinal));
        Assert.Empty(receiver.Troubles);
    }

    [Fact]
    public async Task What_is_asked_of_the_database_is_a_part_of_a_trace_and_never_one_of_its_own()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var program = Start(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Grpc.ToString(),
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["MPSILO_DATABASE"] = await postgres.Database(),
        });
        using var http = new HttpClient { BaseAddress = new Uri(await program.PrintsAsync("HTTP on ")) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);
        await ApplyAsync(http);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/v1/hosts")).StatusCode);
        var apply = await receiver.SpanAsync(span => span.Name == "apply");
        // It ends last, and what ended before it was sent before.
        await receiver.SpanAsync(span => span.Scope == "Microsoft.AspNetCore" && span.TraceId != apply.TraceId);
        Assert.All(receiver.Spans.Where(span => span.Scope == "Npgsql"), span => Assert.Equal(apply.TraceId, span.TraceId));
    }

    [Fact]
    public async Task Nothing_is_sent_or_shown_where_the_sdk_is_disabled_and_the_silo_works_all_the_same()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var program = Start(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Grpc.ToString(),
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["OTEL_SDK_DISABLED"] = "true",
        });
        using var http = new HttpClient { BaseAddress = new Uri(await program.PrintsAsync("HTTP on ")) };
        await ApplyAsync(http);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/metrics")).StatusCode);
        Assert.Empty(receiver.Spans);
        Assert.Empty(receiver.Metrics);
        Assert.Empty(receiver.Logs);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ChildProgram Start(Dictionary<string, string> environment) => ChildProgram.Start(
        "mpsilo", environment, "--grpc", "http://127.0.0.1:0", "--http", "http://127.0.0.1:0", "--data", _folder);

    private static async Task ApplyAsync(HttpClient http)
    {
        var answer = await http.PutAsync(new Uri("/api/v1/policies", UriKind.Relative), new StringContent(Texts.Policy()));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}
