using System.Collections.Immutable;
using Multipath.Agent.Hosting;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;

namespace Multipath.Lab.Demo;

/// <summary>One simulated host in a world of its own, with a real agent: lives through its scenario again and again.</summary>
internal static class HostLife
{
    /// <summary>Between two turns, so that what was broken last is seen to recover.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    /// <summary>Lives until it is cancelled.</summary>
    /// <param name="name">The host's id in the fleet, and its name in the scenario.</param>
    /// <param name="scenario">What happens to it.</param>
    /// <param name="silo">Its agent's silo.</param>
    /// <param name="log">Where its agent's log lines go.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task RunAsync(string name, Scenario scenario, Uri silo, TextWriter log, CancellationToken cancellation)
    {
        using var world = new SimulatedNetwork(scenario);
        await using var agent = world.StartAgent(new AgentOptions(name)
        {
            Silo = silo,
            Labels = scenario.Hosts.Single(host => host.Name == name).Labels.ToImmutableSortedDictionary(StringComparer.Ordinal),
            JsonLog = true,
            Log = log,
        });
        while (true)
        {
            await TurnAsync(world, scenario, cancellation);
            await Task.Delay(Rest, cancellation);
        }
    }

    private static async Task TurnAsync(SimulatedNetwork world, Scenario scenario, CancellationToken cancellation)
    {
        var traffic = scenario.Traffic.Select(one => TransferAsync(world, one, cancellation)).ToArray();
        await world.PlayAsync(static _ => { }, TimeProvider.System, cancellation);
        await Task.WhenAll(traffic);
    }

    private static async Task TransferAsync(SimulatedNetwork world, ScenarioTraffic traffic, CancellationToken cancellation)
    {
        await Task.Delay(traffic.At, cancellation);
        await world.Start(traffic).WaitAsync(cancellation);
    }
}
