using Multipath.Lab.Demo;
using Multipath.Lab.Output;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;

namespace Multipath.Lab.Tests.Simulated;

/// <summary>A whole run with silo and agents in this process; needs no right and no kernel of its own.</summary>
public sealed class SimulatedRunTests
{
    private const string Scenario = """
        name: short
        duration: 3s
        hosts: [{name: van, labels: {class: van}}, {name: hub, role: server, labels: {class: server}}]
        links:
        - {name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms}
        - {name: lte, from: van, to: hub, interface: wwan0, rate: 10mbit, rtt: 50ms}
        traffic: [{name: stream, from: van, to: hub, rate: 5mbit, for: 2s}]
        timeline:
        - {at: 800ms, link: wifi, outage: down}
        """;

    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: vans}
        spec:
          hosts: class = van
          paths:
          - {name: wifi, match: {interface: "wl*"}, preference: 1}
          - {name: lte, match: {interface: "wwan*"}, preference: 2}
          traffic:
          - {name: default, objective: handover}
        """;

    private const string ServerPolicy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: servers}
        spec:
          hosts: class = server
          traffic:
          - {name: default, objective: aggregate}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_link_goes_down_under_a_stream_and_report_plan_and_actions_follow()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var view = new RecordingView();
        PolicyFile[] policies = [new("vans.yaml", Policy), new("servers.yaml", ServerPolicy)];
        var scenario = ScenarioParser.Read("short.yaml", Scenario);
        var run = new DemoRun(scenario, policies, one => new SimulatedNetwork(one), view);
        var summary = await run.RunAsync(limit.Token);

        Assert.Empty(summary.Problems);
        Assert.True(summary.Good);
        Assert.Equal(("simulated", 0), (summary.DataPlane, summary.Refused));
        Assert.InRange(summary.Bytes, 1_240_000, 1_260_000);
        Assert.True(summary.Plans >= 2, $"{summary.Plans} plans");
        Assert.True(summary.Actions >= 3, $"{summary.Actions} actions");
        Assert.True(view.Has("report", "wlan0/10.1.1.2 link down"));
        Assert.True(view.Has("action", "create backup subflow wwan0/10.1.2.2"));
        Assert.True(view.Has("action", "destroy subflow 10.1.1.2:"));
        Assert.True(view.Has("reflex", "link down: 1 subflows closed"));
    }

    private sealed class RecordingView : IRunView
    {
        private readonly List<TimelineEntry> _entries = [];

        public void Show(TimelineEntry entry) => _entries.Add(entry);

        public void Show(LabSnapshot snapshot)
        {
            // The state of the moment is tested with the views that show it.
        }

        public void Show(RunSummary summary)
        {
            // Returned by the run as well.
        }

        internal bool Has(string kind, string text) => _entries.Any(one =>
            one.Source == "van" && one.Kind == kind && one.Text.Contains(text, StringComparison.Ordinal));

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
