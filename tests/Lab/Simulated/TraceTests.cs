using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Multipath.Agent.Hosting;
using Multipath.Lab.Crowd;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;

namespace Multipath.Lab.Tests.Simulated;

/// <summary>What an operator does is one trace, through the silo to the host and back.</summary>
public sealed class TraceTests : IDisposable
{
    private const string Scenario = """
        name: traced
        duration: 1s
        hosts: [{name: van, labels: {class: van}}, {name: hub, role: server, labels: {class: server}}]
        links:
        - {name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms}
        - {name: lte, from: van, to: hub, interface: wwan0, rate: 10mbit, rtt: 50ms}
        """;

    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: traced}
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
    private readonly string _folder = Directory.CreateTempSubdirectory("mplab-trace-").FullName;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Multipath.Silo" or "Multipath.Agent",
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
    public async Task An_apply_by_http_the_plan_its_application_and_the_acknowledgement_are_one_trace()
    {
        await using var silos = await LabSilos.StartAsync(_folder);
        using var network = new SimulatedNetwork(ScenarioParser.Read("traced.yaml", Scenario));
        await using var agent = network.StartAgent(new AgentOptions("van")
        {
            Silo = silos.Agents,
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("class", "van"),
        });
        using var http = new HttpClient { BaseAddress = silos.Http };
        await ApplyAsync(http, Policy);
        await SpanAsync(span => span.OperationName == "ack");

        await ApplyAsync(http, Policy.Replace("handover}", "aggregate}", StringComparison.Ordinal));
        var apply = _spans.Last(span => span.OperationName == "apply" && span.GetTagItem("multipath.policy") is "traced");
        var ack = await SpanAsync(span => span.OperationName == "ack" && span.TraceId == apply.TraceId);
        Assert.Equal("acked", ack.GetTagItem("multipath.result"));
        List<string> chain = [];
        for (var span = ack; span is not null; span = _spans.FirstOrDefault(one => one.SpanId == span.ParentSpanId))
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
            ],
            chain);
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
