using Multipath.Lab.Baselines;
using Multipath.Lab.Demo;
using Multipath.Lab.Scenarios;

namespace Multipath.Lab.Compare;

/// <summary>A way to steer the hosts, by its name.</summary>
/// <param name="Name">As it stands in the table.</param>
/// <param name="Steering">Takes charge of a topology.</param>
internal sealed record Contestant(string Name, Steering Steering);

/// <summary>Those that are compared: the kernel alone, twice, and this control plane, with its silo and without.</summary>
internal static class Contestants
{
    /// <summary>A quarter of what the kernel hands each subflow ahead; it fills links of tens of Mbit/s.</summary>
    private const int UnsentLimit = 16 * 1024;

    private static readonly TimeSpan _settleLimit = TimeSpan.FromSeconds(15);

    /// <summary>The baseline that ratios refer to.</summary>
    public static Contestant Kernel { get; } = new("kernel", KernelBaseline.Steering());

    /// <summary>The kernel alone with the one setting that helps it.</summary>
    public static Contestant TunedKernel { get; } = new("kernel, stale_loss_cnt=1", KernelBaseline.Steering(staleLossCount: 1));

    /// <summary>This control plane.</summary>
    public static Contestant Ours { get; } = new("ours", (topology, gapCase) => Steer(topology, gapCase.Backup, stopSilo: false));

    /// <summary>The agents alone: the silo gave its plans and was stopped before the cut.</summary>
    public static Contestant OursAlone { get; } =
        new("ours, silo stopped", (topology, gapCase) => Steer(topology, gapCase.Backup, stopSilo: true));

    /// <summary>All of them, in the order in which they take turns.</summary>
    public static IReadOnlyList<Contestant> All { get; } = [Kernel, TunedKernel, Ours, OursAlone];

    /// <summary>Starts a silo and agents on a topology and waits until both hosts run their plans.</summary>
    public static SteeredFleet Steer(GapTopology topology, bool backup, bool stopSilo) =>
        SteerAsync(topology, backup, stopSilo).GetAwaiter().GetResult();

    private static async Task<SteeredFleet> SteerAsync(GapTopology topology, bool backup, bool stopSilo)
    {
        ScenarioHost[] hosts = [Host(topology.Client, "van"), Host(topology.Server, "server")];
        var fleet = new DemoFleet();
        try
        {
            await fleet.StartSiloAsync([Policy(backup ? "standby" : "aggregate"), Policy("servers")]);
            fleet.StartAgents(hosts.Zip([topology.Client.Namespace, topology.Server.Namespace]), UnsentLimit);
            await fleet.SettleAsync(hosts, _settleLimit, CancellationToken.None);
            if (stopSilo)
            {
                await fleet.StopSiloAsync();
            }

            return new SteeredFleet(fleet);
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    private static ScenarioHost Host(Net.NetHost host, string role) =>
        new(host.Name, role == "server", new Dictionary<string, string> { ["class"] = role });

    private static PolicyFile Policy(string name) =>
        PolicyFile.Read(Path.Combine(AppContext.BaseDirectory, "Scenarios", $"{name}.policy.yaml"));
}

/// <summary>A fleet that has charge of a topology until it is disposed.</summary>
internal sealed class SteeredFleet(DemoFleet fleet) : IDisposable
{
    /// <summary>False alarms of all agents' blackhole reflexes.</summary>
    public long FalseAlarms => fleet.FalseAlarms;

    public void Dispose() => fleet.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
