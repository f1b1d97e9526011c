using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Multipath.Agent.Hosting;
using Multipath.Lab.Crowd;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;
using Multipath.TestKit;

namespace Multipath.Lab.Tests.Telemetry;

/// <summary>The trace of an operator's change from the request to what each host's data plane was told, with what was stored.</summary>
public sealed class WholeTraceTests : IDisposable
{
    private const string Scenario = """
        name: whole
        duration: 60s
        hosts: [{name: van, labels: {class: van}}, {name: hub, role: server, labels: {class: server}}]
        links:
        - {name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms}
        - {name: lte, from: van, to: hub, interface: wwan0, rate: 10mbit, rtt: 50ms}
        traffic: [{name: stream, from: van, to: hub, rate: 2mbit, for: 60s}]
        """;

    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: whole}
        spec:
          hosts: class = van
          paths:
          - {name: wifi, match: {interface: "wl*"}, preference: 1}
          - {name: lte, match: {interface: "wwan*"}, preference: 2}
          traffic:
          - {name: default, objective: handover}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly SemaphoreSlim _stopped = new(0);
    private readonly ActivityListener _listener;
    private readonly string _folder = Directory.CreateTempSubdirectory("mplab-whole-").FullName;

    public WholeTraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Multipath.Silo" or "Multipath.Agent" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                _spans.Enqueue(span);
                _stopped.Release();
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task An_apply_by_http_the_plan_what_was_done_to_the_data_plane_and_the_acknowledgement_are_one_trace()
    {
        await using var silos = await LabSilos.StartAsync(_folder);
        var scenario = ScenarioParser.Read("whole.yaml", Scenario);
        using var network = new SimulatedNetwork(scenario);
        await using var agent = network.StartAgent(new AgentOptions("van")
        {
            Silo = silos.Agents,
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("class", "van"),
        });
        using var http = new HttpClient { BaseAddress = silos.Http };
        await Eventually.HoldsAsync("the silo has the host's whole report", async () =>
            await http.GetAsync(new Uri("/api/v1/hosts/van", UriKind.Relative)) is { IsSuccessStatusCode: true } answer
            && (await answer.Content.ReadAsStringAsync()).Contains("wwan0", StringComparison.Ordinal));
        await ApplyAsync(http, Policy);
        var first = Applied();
        await SpanAsync(span => span.OperationName == "ack" && span.TraceId == first.TraceId);
        network.Start(scenario.Traffic[0]);
        // The plan was there before the connection; what it then asks for soon after is in its trace.
        await SpanAsync(span => span.OperationName == "create" && span.TraceId == first.TraceId);

        await ApplyAsync(http, Policy.Replace("wl*\"}, preference: 1", "wl*\"}, preference: 3", StringComparison.Ordinal));
        var apply = Applied();
        var ack = await SpanAsync(span => span.OperationName == "ack" && span.TraceId == apply.TraceId);
        Assert.Equal("acked", ack.GetTagItem("multipath.result"));
        List<string> chain = [];
        for (var span = ack; span is not null; span = await ParentAsync(span))
        {
            chain.Add($"{span.Source.Name} {span.OperationName} {span.Kind}");
        }

        Assert.Equal(
            [
                "Multipath.Silo ack Consumer",
                "Multipath.Agent plan Consumer",
                "Multipath.Silo push Producer",
                "Multipath.Silo rank Internal",
                "Multipath.Silo fleet Internal",
                "Multipath.Silo policy Internal",
                "Multipath.Silo apply Internal",
                "Microsoft.AspNetCore Microsoft.AspNetCore.Hosting.HttpRequestIn Server",
            ],
            chain);
        var plan = await ParentAsync(ack);
        var action = await SpanAsync(span => span.OperationName == "set-backup" && span.TraceId == apply.TraceId);
        Assert.Equal(plan!.SpanId, action.ParentSpanId);
        Assert.StartsWith("set active 10.", (string?)action.GetTagItem("multipath.action"), StringComparison.Ordinal);
        Assert.Equal(["fleet", "policy"], Stores(apply.TraceId));
        TestContext.Current.TestOutputHelper?.WriteLine(Tree(apply.TraceId));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stopped.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task ApplyAsync(HttpClient http, string yaml)
    {
        var answer = await http.PutAsync(new Uri("/api/v1/policies", UriKind.Relative), new StringContent(yaml));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Other tests of this process apply other policies.</summary>
    private Activity Applied() => _spans.Last(span => span.OperationName == "apply" && span.GetTagItem("multipath.policy") is "whole");

    /// <summary>What stores stand below.</summary>
    private IEnumerable<string> Stores(ActivityTraceId trace) => _spans
        .Where(span => span.OperationName == "store" && span.TraceId == trace)
        .Select(span => _spans.First(one => one.SpanId == span.ParentSpanId).OperationName)
        .Order(StringComparer.Ordinal);

    /// <summary>For a person who looks at the test's output.</summary>
    private string Tree(ActivityTraceId trace)
    {
        var spans = _spans.Where(span => span.TraceId == trace).OrderBy(span => span.StartTimeUtc).ToList();
        static string Line(Activity span) =>
            $"{span.Source.Name} {span.DisplayName} {span.Duration.TotalMilliseconds:0.0} ms {span.GetTagItem("multipath.action")}";
        IEnumerable<string> Below(ActivitySpanId parent, string indent) => spans.Where(span => span.ParentSpanId == parent)
            .SelectMany(span => Below(span.SpanId, indent + "  ").Prepend(indent + Line(span)));
        return string.Join('\n', Below(default, ""));
    }

    private async Task<Activity?> ParentAsync(Activity span) =>
        span.ParentSpanId == default ? null : await SpanAsync(one => one.SpanId == span.ParentSpanId);

    private async Task<Activity> SpanAsync(Func<Activity, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_spans.FirstOrDefault(wanted) is { } span)
            {
                return span;
            }

            await _stopped.WaitAsync(limit.Token);
        }
    }
}
