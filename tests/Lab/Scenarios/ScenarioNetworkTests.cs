using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;

namespace Multipath.Lab.Tests.Scenarios;

[Collection("Network")]
public sealed class ScenarioNetworkTests
{
    private const string Short = """
        name: short
        duration: 2s
        hosts: [{name: van}, {name: hub, role: server}]
        links:
        - {name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms}
        - {name: lte, from: van, to: hub, interface: wwan0, rate: 10mbit, rtt: 50ms}
        traffic: [{name: stream, from: van, to: hub, rate: 5mbit, for: 1s}]
        timeline:
        - {at: 200ms, link: lte, outage: down, loss: 2%}
        - {at: 500ms, link: lte, outage: none, rate: 1mbit, rtt: 100ms}
        """;

    [Fact]
    public async Task A_scenario_is_built_and_its_timeline_played_under_traffic()
    {
        var lacking = Preconditions.Lacking();
        Assert.SkipUnless(lacking.Count == 0, $"This machine lacks {string.Join("; ", lacking)}.");

        var scenario = ScenarioParser.Read("short.yaml", Short);
        using var network = ScenarioNetwork.Create(scenario, endOnSignals: false);
        var transfer = network.Start(scenario.Traffic[0]);
        var outages = new List<Outage>();
        await network.PlayAsync(_ => outages.Add(network.Link("lte").Outage), TimeProvider.System, CancellationToken.None);
        var result = transfer.Wait();

        Assert.True(result.IsIntact, result.Failure);
        Assert.Equal([Outage.Down, Outage.None], outages);
        var knobs = network.Link("lte").Knobs(Direction.Upload);
        Assert.Equal((1_000_000L, 50.0, 0.02), (knobs.BitsPerSecond, knobs.Delay.TotalMilliseconds, knobs.Loss));
    }
}
