using System.Net;
using Microsoft.Extensions.Configuration;
using Multipath.Agent.Telemetry;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Telemetry;

public sealed class AgentTelemetryTests
{
    private static readonly Uri AnyPort = new("http://127.0.0.1:0");

    [Fact]
    public async Task The_page_is_served_where_it_is_asked_for_and_says_which_agent_it_is()
    {
        await using var telemetry = AgentTelemetry.Start("van-1", "1.2", AnyPort, Settings([]));
        using var metrics = new AgentMetrics();
        metrics.Stalled(TimeSpan.FromMilliseconds(60));
        using var http = new HttpClient { BaseAddress = telemetry.Address };
        var answer = await http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var families = PrometheusPage.Parse(await answer.Content.ReadAsStringAsync()).ToDictionary(one => one.Name);
        var target = Assert.Single(families["target_info"].Samples);
        Assert.Equal(
            ("mpagent", "1.2", "van-1"),
            (target.Label("service_name"), target.Label("service_version"), target.Label("service_instance_id")));
        var buckets = families["multipath_agent_stall_seconds"].Samples;
        Assert.Equal(0, buckets.Single(one => one.Label("le") == "0.05").Value);
        Assert.True(buckets.Single(one => one.Label("le") == "0.075").Value >= 1);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound, (await http.PostAsync(new Uri("/metrics", UriKind.Relative), new StringContent(""))).StatusCode);
    }

    [Fact]
    public async Task Nothing_is_served_when_nobody_asked()
    {
        await using var telemetry = AgentTelemetry.Start("van-1", "1.2", page: null, Settings([]));
        Assert.Null(telemetry.Address);
    }

    [Fact]
    public async Task An_address_in_use_is_told()
    {
        await using var first = AgentTelemetry.Start("van-1", "1.2", AnyPort, Settings([]));
        Assert.Throws<IOException>(() => AgentTelemetry.Start("van-2", "1.2", first.Address, Settings([])));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Metrics_spans_and_lines_of_the_log_go_to_a_collector(string protocol)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var telemetry = AgentTelemetry.Start("van-1", "1.2", page: null, Settings(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = (protocol == "grpc" ? receiver.Grpc : receiver.Http).ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "50",
        }));
        using var metrics = new AgentMetrics();
        var log = new AgentLog(TextWriter.Null, json: false, TimeProvider.System, telemetry.Collected);
        metrics.PlanApplied("silo");
        const string decision = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using (metrics.Trace.Plan("1.1", "vans", decision, DateTimeOffset.UnixEpoch))
        {
            metrics.Trace.Action("create", "create a subflow", "preferred", DateTimeOffset.UnixEpoch)?.Dispose();
            log.Warn("nack", new LogField("reason", "a b"), new LogField("count", 3), new LogField("gone", null));
        }

        var plan = await receiver.SpanAsync(span => span.Name == "plan" && span.ParentId == "b7ad6b7169203331");
        Assert.Equal(("mpagent", "Multipath.Agent", "0af7651916cd43dd8448eb211c80319c"), (plan.Service, plan.Scope, plan.TraceId));
        var action = await receiver.SpanAsync(span => span.Name == "create" && span.TraceId == plan.TraceId);
        Assert.Equal(plan.SpanId, action.ParentId);
        var metric = await receiver.MetricAsync("multipath.agent.plans");
        Assert.Equal(("van-1", "{plan}", "sum"), (metric.Resource["service.instance.id"], metric.Unit, metric.Kind));
        var line = await receiver.LogAsync(line => line.Scope == "Multipath.Agent");
        Assert.Equal(("Warning", "nack reason=\"a b\" count=3"), (line.Severity, line.Body));
        Assert.Equal((plan.TraceId, plan.SpanId), (line.TraceId, line.SpanId));
        Assert.Equal(("van-1", "a b"), (line.Resource["service.instance.id"], line.Attributes["reason"]));
        Assert.Empty(receiver.Troubles);
    }

    [Fact]
    public async Task The_program_reads_the_environment_and_its_option()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        using var lab = new NetLab();
        var netns = lab.Add("telemetry");
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var program = ChildProgram.Start(
            "mpagent",
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Grpc.ToString(),
                ["OTEL_SERVICE_NAME"] = "agent-under-test",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            },
            "run", "--host", "van-9", "--netns", netns, "--metrics", "http://127.0.0.1:0");
        var metric = await receiver.MetricAsync("multipath.agent.silo.connected");
        Assert.Equal(("agent-under-test", "van-9"), (metric.Resource["service.name"], metric.Resource["service.instance.id"]));
        var started = await receiver.LogAsync(line => line.Body.StartsWith("started", StringComparison.Ordinal));
        Assert.Equal("van-9", started.Attributes["host"]);
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(new Uri(await program.PrintsAsync("metrics=")), "metrics"));
        Assert.Contains(PrometheusPage.Parse(page), one => one.Name == "multipath_agent_silo_connected");
    }

    private static IConfiguration Settings(Dictionary<string, string?> variables) =>
        new ConfigurationBuilder().AddInMemoryCollection(variables).Build();
}
