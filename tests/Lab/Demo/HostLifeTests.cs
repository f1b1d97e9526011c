using Grpc.Net.Client;
using Multipath.Contracts.Wire;
using Multipath.Lab.Crowd;
using Multipath.Lab.Demo;
using Multipath.Lab.Scenarios;
using Multipath.TestKit;

namespace Multipath.Lab.Tests.Demo;

public sealed class HostLifeTests
{
    private const string Text = """
        name: short
        duration: 1s
        seed: 3
        hosts: [{name: van, labels: {class: van}}, {name: hub, role: server}]
        links:
        - {name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms}
        - {name: lte, from: van, to: hub, interface: wwan0, rate: 10mbit, rtt: 50ms}
        traffic: [{name: stream, from: van, to: hub, rate: 1mbit, for: 500ms}]
        timeline:
        - {at: 100ms, link: wifi, loss: 20%}
        - {at: 200ms, link: wifi, loss: 0%}
        """;

    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: vans}
        spec:
          hosts: class = van
          traffic:
          - {name: default, objective: handover}
        """;

    [Fact]
    public void A_scenario_is_one_hosts_own()
    {
        var scenario = ScenarioParser.Read("short.yaml", Text).For("van-2", index: 1);
        Assert.Equal(["van-2", "hub"], scenario.Hosts.Select(host => host.Name));
        Assert.All(scenario.Links, link => Assert.Equal(("van-2", "hub"), (link.Client, link.Server)));
        Assert.All(scenario.Traffic, traffic => Assert.Equal(("van-2", "hub"), (traffic.Client, traffic.Server)));
        Assert.Equal(4, scenario.Seed);
    }

    [Fact]
    public async Task Hosts_follow_a_silo_that_runs_elsewhere_until_they_are_stopped()
    {
        var test = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("host-life-");
        var silos = await LabSilos.StartAsync(folder.FullName);
        using var channel = GrpcChannel.ForAddress(silos.Operators);
        var fleet = new Fleet.FleetClient(channel);
        await fleet.ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = Policy, FileName = "vans.yaml" }, cancellationToken: test);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(test);
        var scenario = ScenarioParser.Read("short.yaml", Text);
        var lives = Task.WhenAll(Enumerable.Range(0, 3).Select(index =>
            HostLife.RunAsync($"van-{index}", scenario.For($"van-{index}", index), silos.Agents, TextWriter.Null, stop.Token)));
        await Eventually.HoldsAsync(
            "three hosts run their plans",
            async () => (await fleet.ListHostsAsync(new ListHostsRequest(), cancellationToken: test)).Hosts
                .Count(host => host.Status is HostStatus.Settled) == 3,
            TimeSpan.FromSeconds(30));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lives);
        await silos.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
