using System.Net;
using Multipath.Silo.Hosting;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Telemetry;

/// <summary>The program itself, and what it passes on of ASP.NET Core, Orleans and Npgsql.</summary>
public sealed class ClusterTelemetryTests
{
    private static readonly SiloOptions Options = new();

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_change_is_one_trace_with_its_calls_between_grains_and_its_commands_to_the_database(string protocol)
    {
        await using var ground = await TestGround.Make(Options);
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var program = Run(ground.Silos(Options)[0], new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = (protocol == "grpc" ? receiver.Grpc : receiver.Http).ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        });
        using var http = new HttpClient { BaseAddress = new Uri(await program.PrintsAsync("HTTP on ")) };
        var answer = await http.PutAsync(new Uri("/api/v1/policies", UriKind.Relative), new StringContent(Texts.Policy()));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);

        var apply = await receiver.SpanAsync(span => span.Name == "apply");
        string[] scopes = ["Microsoft.AspNetCore", "Microsoft.Orleans.Application", "Microsoft.Orleans.Lifecycle", "Npgsql"];
        foreach (var scope in scopes)
        {
            await receiver.SpanAsync(span => span.Scope == scope && span.TraceId == apply.TraceId);
        }

        Assert.All(
            receiver.Spans.Where(span => span.ParentId.Length == 0),
            span => Assert.Contains(span.Scope, new[] { "Microsoft.AspNetCore", "Multipath.Silo" }));
        var line = await receiver.LogAsync(line => line.Body == "Policy vans changed; 0 hosts are told");
        Assert.Equal(("Multipath.Silo.Grains.Fleet.FleetGrain", apply.TraceId), (line.Scope, line.TraceId));
        Assert.Equal("Microsoft.AspNetCore.Hosting", (await receiver.MetricAsync("http.server.request.duration")).Scope);
        await Eventually.HoldsAsync(
            "a metric of Orleans came", () => receiver.Metrics.Any(one => one.Scope == "Microsoft.Orleans"), TestSilo.Patience);
        Assert.Equal("Npgsql", (await receiver.MetricAsync("db.client.operation.duration")).Scope);
        Assert.Empty(receiver.Troubles);

        var page = PrometheusPage.Parse(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Select(family => family.Name);
        Assert.Superset(new HashSet<string> { "db_client_operation_duration_seconds", "multipath_sessions" }, page.ToHashSet());
        Assert.Contains(page, name => name.StartsWith("orleans_", StringComparison.Ordinal));
    }

    private static ChildProgram Run(SiloOptions options, Dictionary<string, string> environment) => ChildProgram.Start(
        "mpsilo", environment, "--grpc", "http://127.0.0.1:0", "--http", "http://127.0.0.1:0", "--database", options.Database!,
        "--cluster", options.Cluster.Id, "--silo-port", $"{options.Cluster.SiloPort}");
}
