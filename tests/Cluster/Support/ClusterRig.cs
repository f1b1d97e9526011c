using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Contracts.Wire;
using Multipath.Lab.Crowd;
using Multipath.TestKit;

namespace Multipath.Cluster.Tests.Support;

/// <summary>A PostgreSQL server, a cluster of silo processes on it, and agents that connect to any of them.</summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    public const int Agents = 100;

    /// <summary>Longer than anything takes on a busy machine; only a failing test waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly string? Program = Environment.GetEnvironmentVariable(SiloProcess.Variable);
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("MPTEST_SILOS") ?? "2", CultureInfo.InvariantCulture);

    private readonly Dictionary<SiloProcess, GrpcChannel> _channels = [];
    private PostgresServer _postgres = null!;
    private SimulatedFleet? _fleet;

    private ClusterRig()
    {
    }

    public SiloProcess[] Silos { get; private set; } = [];

    public PostgresServer Postgres => _postgres;

    public SimulatedFleet Fleet => _fleet!;

    /// <summary>Starts all of it and waits until every agent runs the first policy.</summary>
    public static async Task<ClusterRig> StartAsync()
    {
        var rig = await WithoutSilosAsync();
        try
        {
            rig.Silos = await SiloProcess.StartClusterAsync(Count, rig._postgres.ConnectionString(), Program!);
            rig._fleet = SimulatedFleet.Start(Agents, [.. rig.Silos.Select(silo => silo.Grpc)]);
            await rig.ApplyAsync(rig.Silos[0], Policy(1));
            await rig.FollowAsync(Policy(1));
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Only the server, or a skip that says what is lacking.</summary>
    public static async Task<ClusterRig> WithoutSilosAsync()
    {
        Assert.SkipWhen(Program is null, $"{SiloProcess.Variable} is not set: tests/orleans.sh builds mpsilo and sets it");
        var (postgres, lacking) = await PostgresServer.Launch();
        Assert.SkipWhen(postgres is null, lacking ?? "");
        return new ClusterRig { _postgres = postgres! };
    }

    /// <summary>The n-th policy of a test; each makes another plan for every agent.</summary>
    public static string Policy(int number) =>
        number % 2 == 1 ? SimulatedFleet.Policy(number, number + 1) : SimulatedFleet.Policy(number + 1, number);

    /// <summary>A silo of the rig's database that is not started yet.</summary>
    public SiloProcess OneMore(params string[] more) => SiloProcess.OfCluster(_postgres.ConnectionString(), Program!, more);

    public Multipath.Contracts.Wire.Fleet.FleetClient Client(SiloProcess silo)
    {
        if (!_channels.TryGetValue(silo, out var channel))
        {
            _channels[silo] = channel = GrpcChannel.ForAddress(silo.Grpc);
        }

        return new(channel);
    }

    /// <summary>Applies a policy, again and again until the cluster takes it.</summary>
    public Task ApplyAsync(SiloProcess silo, string yaml) => Eventually.HoldsAsync(
        "the policy is taken",
        async () => await Try(() => Client(silo).ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = yaml }).ResponseAsync) is not null,
        Patience);

    /// <summary>Until every agent runs this policy, and the fleet says so.</summary>
    public async Task FollowAsync(string yaml)
    {
        await Eventually.HoldsAsync("every agent runs the policy", () => Fleet.Running(yaml) == Fleet.Count, Patience);
        await SettleAsync();
    }

    /// <summary>Until the fleet calls every host settled, asked of every silo that runs.</summary>
    public async Task SettleAsync()
    {
        foreach (var silo in Silos.Where(silo => silo.ExitCode is null))
        {
            await Eventually.HoldsAsync("every host is settled", async () => await SettledAsync(silo) == Fleet.Count, Patience);
        }
    }

    /// <summary>The plan that each host runs, by the fleet's index.</summary>
    public async Task<Dictionary<string, PlanVersion>> RunningAsync(SiloProcess silo) =>
        (await Client(silo).ListHostsAsync(new ListHostsRequest())).Hosts.ToDictionary(host => host.Host, host => host.Running);

    /// <summary>Null when the silo, or the one that it had to ask, could not answer: for that there is one status.</summary>
    public static async Task<T?> Try<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        foreach (var channel in _channels.Values)
        {
            channel.Dispose();
        }

        foreach (var silo in Silos)
        {
            await silo.DisposeAsync();
        }

        await _postgres.DisposeAsync();
    }

    private async Task<int> SettledAsync(SiloProcess silo) =>
        (await Try(() => Client(silo).ListHostsAsync(new ListHostsRequest()).ResponseAsync))?
            .Hosts.Count(host => host.Status == HostStatus.Settled) ?? 0;
}
