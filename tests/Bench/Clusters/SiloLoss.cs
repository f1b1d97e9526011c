using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Contracts.Wire;
using Multipath.Lab.Crowd;
using Multipath.TestKit;

namespace Multipath.Bench.Clusters;

/// <summary>
/// What the loss of silos costs a fleet: two silo processes on a PostgreSQL server, a thousand agents with real sessions that connect to
/// either. One silo is killed and at once a new policy is applied to the other, again and again until it is taken: the clock runs from
/// the kill until 99 % of the agents run a plan of that policy and the fleet's index calls them settled. Then both are killed
/// and started again.
/// </summary>
internal static class SiloLoss
{
    private const int Agents = 1_000;
    private const int Runs = 3;
    private const double Share = 0.99;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly ConcurrentDictionary<Uri, GrpcChannel> Channels = [];

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        var program = System.IO.Path.Combine(AppContext.BaseDirectory, "mpsilo.dll");
        var (server, lacking) = await PostgresServer.Launch("fsync=on");
        if (server is null)
        {
            await output.WriteLineAsync($"not measured: {lacking}");
            return;
        }

        await using var postgres = server;
        SiloProcess[] silos;
        try
        {
            silos = await SiloProcess.StartClusterAsync(2, postgres.ConnectionString(), program);
        }
        catch (InvalidOperationException refused)
        {
            await output.WriteLineAsync($"not measured: {refused.Message}");
            return;
        }

        await using var fleet = SimulatedFleet.Start(Agents, [.. silos.Select(silo => silo.Grpc)]);
        try
        {
            await MeasureAsync(silos, fleet, output);
        }
        finally
        {
            foreach (var silo in silos)
            {
                await silo.DisposeAsync();
            }
        }
    }

    private static async Task MeasureAsync(SiloProcess[] silos, SimulatedFleet fleet, TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        var policy = 1;
        await FollowAsync(silos[0], fleet, Policy(policy), clock);
        await TellAsync("first plan of all agents", clock.Elapsed);
        for (var run = 0; run < Runs; run++)
        {
            var (lost, left) = (silos[run % 2], silos[(run + 1) % 2]);
            clock.Restart();
            await lost.KillAsync();
            var times = await FollowAsync(left, fleet, Policy(++policy), clock);
            await TellAsync("kill -9 of one silo to the new policy taken", times.Taken);
            await TellAsync("                  to 99 % of agents on its plan", times.Running);
            await TellAsync("                  to 99 % settled by the fleet", times.Settled);
            await lost.StartAsync();
            await Eventually.HoldsAsync("all are settled", async () => await SettledAsync(lost) >= fleet.Count * Share, Patience);
        }

        clock.Restart();
        await Task.WhenAll(silos.Select(silo => silo.KillAsync()));
        await Task.WhenAll(silos.Select(silo => silo.StartAsync()));
        await TellAsync("kill -9 of both silos to both serving again", clock.Elapsed);
        await Eventually.HoldsAsync("all are settled", async () => await SettledAsync(silos[0]) >= fleet.Count * Share, Patience);
        await TellAsync("                  to 99 % settled, state kept", clock.Elapsed);
        var kept = await Client(silos[1]).ListPoliciesAsync(new ListPoliciesRequest());
        await output.WriteLineAsync($"policy kept: {(kept.Policies.Single().Yaml == Policy(policy) ? "yes" : "no")}");

        Task TellAsync(string what, TimeSpan took) => output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"{what,-50}{took.TotalSeconds,8:F2} s"));
    }

    /// <summary>Applies a policy and tells when it was taken, when the agents ran it, and when the fleet said so.</summary>
    private static async Task<(TimeSpan Taken, TimeSpan Running, TimeSpan Settled)> FollowAsync(
        SiloProcess silo, SimulatedFleet fleet, string yaml, Stopwatch clock)
    {
        await Eventually.HoldsAsync("the policy is taken", () => TakesAsync(silo, yaml), Patience);
        var taken = clock.Elapsed;
        await Eventually.HoldsAsync("the agents run it", () => fleet.Running(yaml) >= fleet.Count * Share, Patience);
        var running = clock.Elapsed;
        await Eventually.HoldsAsync("the hosts are settled", async () => await SettledAsync(silo) >= fleet.Count * Share, Patience);
        return (taken, running, clock.Elapsed);
    }

    private static async Task<bool> TakesAsync(SiloProcess silo, string yaml)
    {
        try
        {
            await Client(silo).ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = yaml }, deadline: DateTime.UtcNow.AddSeconds(5));
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static async Task<int> SettledAsync(SiloProcess silo)
    {
        try
        {
            var hosts = await Client(silo).ListHostsAsync(new ListHostsRequest(), deadline: DateTime.UtcNow.AddSeconds(5));
            return hosts.Hosts.Count(host => host.Status == HostStatus.Settled);
        }
        catch (RpcException)
        {
            return 0;
        }
    }

    private static Fleet.FleetClient Client(SiloProcess silo) =>
        new(Channels.GetOrAdd(silo.Grpc, static address => GrpcChannel.ForAddress(address)));

    private static string Policy(int number) =>
        number % 2 == 1 ? SimulatedFleet.Policy(number, number + 1) : SimulatedFleet.Policy(number + 1, number);
}
