using System.Net;
using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Hosting;
using Multipath.Agent.Namespaces;
using Multipath.Contracts.Wire;
using Multipath.Lab.Baselines;
using Multipath.Lab.Demo;
using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Traffic;
using Multipath.TestKit;

namespace Multipath.Lab.Tests.Net;

/// <summary>
/// A fleet whose van has the userspace stack: silo, agent, a program by the proxy, emulated links, the kernel at the server.
/// </summary>
[Collection("Network")]
public sealed class TunFleetTests
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_policy_changes_the_scheduler_of_a_running_connection_and_a_blackhole_hardly_shows()
    {
        Assert.SkipWhen(Preconditions.Lacking() is [_, ..], string.Join("; ", Preconditions.Lacking()));
        using var topology = GapTopology.Create(endOnSignals: false);
        new KernelBaseline(Backup: false).Configure(topology.Client, topology.Server, topology.Links);
        await using var fleet = new DemoFleet();
        await fleet.StartSiloAsync([new PolicyFile("tun.yaml", Policy("minRtt"))]);
        var log = new SharedLog();
        var host = new ScenarioHost("van", IsServer: false, new Dictionary<string, string> { ["class"] = "van" });
        AgentHost? agent = null;
        fleet.StartAgent(host, options => agent = AgentHost.Start(
            options with { Netns = topology.Client.Namespace, Log = log.Writer, JsonLog = true },
            new TunPlaneOptions(new TunOptions("mp0"), HostStack.UplinksOf(topology.Links))
            {
                Proxy = new IPEndPoint(IPAddress.Loopback, 0),
            }));
        await fleet.SettleAsync([host], SettleLimit, Cancellation);

        var running = Transfer.Start(
            TransferSpec.Stream(Direction.Upload, 5, seconds: 6),
            remote => Connect(topology.Client.Namespace, agent!.Proxy!, remote),
            topology.Server);
        await Eventually.HoldsAsync("both subflows are there", () => JoinsAt(topology.Server) == 1);
        Assert.Equal(0, CounterAt(topology.Server, "DuplicateData"));

        await fleet.Client.ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = Policy("redundant"), FileName = "tun.yaml" });
        await Eventually.HoldsAsync(
            "the scheduler is another", () => log.Text.Contains("schedule by redundant", StringComparison.Ordinal));
        await Eventually.HoldsAsync("the server gets copies", () => CounterAt(topology.Server, "DuplicateData") > 50);

        var cutUs = topology.Links[0].Set(Outage.Blackhole) / 1000;
        await Eventually.HoldsAsync("the reflex fires", () => log.Text.Contains("blackhole", StringComparison.Ordinal));
        var result = await running.WaitAsync(Cancellation);
        Assert.True(result.IsIntact, result.Failure);
        Assert.True(result.IsMptcp);
        TestContext.Current.TestOutputHelper?.WriteLine($"longest gap {result.Gaps.LongestFromUs(cutUs) / 1e3:0.0} ms");
        Assert.InRange(result.Gaps.LongestFromUs(cutUs), 0, 200_000);
    }

    private static string Policy(string scheduler) => $$"""
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: tun}
        spec:
          hosts: class = van
          paths:
          - {name: wifi, match: {interface: "wl*"}, preference: 1}
          - {name: lte, match: {interface: "wwan*"}, preference: 2}
          traffic:
          - {name: default, objective: aggregate, scheduler: {{scheduler}}}
        """;

    private static long JoinsAt(NetHost server) => CounterAt(server, "MPJoinAckRx");

    private static long CounterAt(NetHost host, string name) =>
        MptcpCounters.Read(host.Namespace).FirstOrDefault(counter => counter.Key == name).Value;

    private static ProgramEnd Connect(string netns, IPEndPoint proxy, IPEndPoint remote)
    {
        var program = NetNamespace.Run(netns, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        program.Connect(proxy);
        SocksClient.Request(program, remote);
        return new ProgramEnd(program);
    }

    /// <summary>A program that knows of TCP alone.</summary>
    private sealed class ProgramEnd(Socket program) : ITransferEnd
    {
        public Stream Stream { get; } = new NetworkStream(program, ownsSocket: true);

        public bool IsMptcp => false;

        public void CompleteWrites() => program.Shutdown(SocketShutdown.Send);

        public void Dispose() => Stream.Dispose();
    }
}
