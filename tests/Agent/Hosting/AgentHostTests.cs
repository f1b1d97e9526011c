using System.Text.Json;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Reconcile;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Hosting;

public sealed class AgentHostTests
{
    [Fact]
    public async Task A_second_subflow_is_made_by_the_policy_and_a_link_that_goes_down_costs_only_its_subflow()
    {
        await using var lab = TwoPathLab.Create();
        var log = new TwoPathLab.LineLog();
        await using var agent = TwoPathLab.StartAgent(lab.Client, log);
        await lab.ConnectAsync();
        await JoinedAsync(lab, log);
        Assert.Equal([TwoPathLab.ClientFirst, TwoPathLab.ClientSecond], lab.SubflowAddresses());

        NetLab.Ip("-n", lab.Client, "link", "set", "eth2", "down");
        await log.NextAsync("\"kind\":\"destroy\"");
        var reflex = JsonDocument.Parse(await log.NextAsync("\"event\":\"reflex\"", "link-down")).RootElement;
        Assert.Equal(("eth2/10.72.2.1", 1), (reflex.GetProperty("path").GetString(), reflex.GetProperty("subflows").GetInt32()));
        TestContext.Current.TestOutputHelper?.WriteLine($"link-down reflex took {reflex.GetProperty("took_us").GetDouble()} us");
        Assert.Equal([TwoPathLab.ClientFirst], lab.SubflowAddresses());
        await lab.PassAsync();

        NetLab.Ip("-n", lab.Client, "link", "set", "eth2", "up");
        NetLab.Ip("-n", lab.Client, "route", "replace", "10.72.1.2/32", "dev", "eth2", "table", "102");
        // Between the link and its route a try may be refused; it is made again.
        await JoinedAsync(lab, log);
        Assert.Equal([TwoPathLab.ClientFirst, TwoPathLab.ClientSecond], lab.SubflowAddresses());
        await lab.PassAsync();
    }

    [Fact]
    public async Task A_server_offers_its_other_address_and_the_client_joins_it_over_both_paths()
    {
        await using var lab = TwoPathLab.Create();
        var (log, serverLog) = (new TwoPathLab.LineLog(), new TwoPathLab.LineLog());
        await using var server = TwoPathLab.StartAgent(lab.Server, serverLog);
        await using var agent = TwoPathLab.StartAgent(lab.Client, log);
        await lab.ConnectAsync();
        await serverLog.NextAsync("\"kind\":\"announce\"", "announce eth2/10.72.2.2 id 1");
        for (var joined = 0; joined < 3; joined++)
        {
            await log.NextAsync("\"event\":\"joined\"");
        }

        Assert.Equal(
            [("10.72.1.1", "10.72.1.2"), ("10.72.1.1", "10.72.2.2"), ("10.72.2.1", "10.72.1.2"), ("10.72.2.1", "10.72.2.2")],
            lab.ClientSocket.Subflows.Select(one => (one.Local.Address.ToString(), one.Remote.Address.ToString())).Order());
        await lab.PassAsync();
        Assert.DoesNotContain(
            serverLog.Rest().Concat(serverLog.Seen), line => line.Contains("\"event\":\"refused\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_first_path_may_go_down_too()
    {
        await using var lab = TwoPathLab.Create();
        var log = new TwoPathLab.LineLog();
        await using var agent = TwoPathLab.StartAgent(lab.Client, log);
        await lab.ConnectAsync();
        await JoinedAsync(lab, log);

        NetLab.Ip("-n", lab.Client, "link", "set", "eth1", "down");
        await log.NextAsync("\"event\":\"reflex\"", "link-down", "eth1/10.72.1.1");
        await lab.PassAsync();
        // The kernel goes on listing the initial subflow while its FIN waits for an answer that cannot come.
        using var plane = new KernelPlane(KernelDataPlane.Open(lab.Client));
        var left = Assert.Single(Assert.Single(plane.Snapshot().Connections).Subflows);
        Assert.Equal(TwoPathLab.ClientSecond, left.Tuple.LocalAddress);
    }

    [Fact]
    public async Task An_agent_that_starts_again_finds_its_connections_and_touches_nothing()
    {
        await using var lab = TwoPathLab.Create();
        var first = new TwoPathLab.LineLog();
        await using (TwoPathLab.StartAgent(lab.Client, first))
        {
            await lab.ConnectAsync();
            await JoinedAsync(lab, first);
        }

        Assert.Equal(PathManagerType.Kernel, new MptcpSysctls(lab.Client).PathManager);
        var before = lab.ClientSocket.Subflows;
        var second = new TwoPathLab.LineLog();
        await using (TwoPathLab.StartAgent(lab.Client, second))
        {
            await second.NextAsync("\"event\":\"plan\"", "\"applied\":0", "\"refused\":0");
            await lab.PassAsync();
        }

        Assert.DoesNotContain(second.Rest().Concat(second.Seen), line => line.Contains("\"event\":\"action\"", StringComparison.Ordinal));
        Assert.Equal(before.AsEnumerable(), lab.ClientSocket.Subflows);
    }

    [Fact]
    public async Task An_agent_that_starts_again_in_the_middle_of_a_join_does_not_begin_it_again()
    {
        await using var lab = TwoPathLab.Create();
        NetLab.Ip("-n", lab.Client, "neighbour", "replace", "10.72.1.2", "lladdr", "02:00:00:00:00:99", "dev", "eth2", "nud", "permanent");
        var first = new TwoPathLab.LineLog();
        await using (TwoPathLab.StartAgent(lab.Client, first))
        {
            await lab.ConnectAsync();
            await first.NextAsync("\"kind\":\"create\"", "eth2/10.72.2.1");
        }

        var second = new TwoPathLab.LineLog();
        await using (TwoPathLab.StartAgent(lab.Client, second))
        {
            await second.NextAsync("\"event\":\"plan\"", "\"applied\":0", "\"refused\":0");
        }

        Assert.DoesNotContain(second.Rest().Concat(second.Seen), line => line.Contains("\"kind\":\"create\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_path_that_swallows_data_is_left_long_before_a_retransmission_timeout_would()
    {
        await using var lab = TwoPathLab.Create();
        var log = new TwoPathLab.LineLog();
        await using var agent = TwoPathLab.StartAgent(lab.Client, log);
        await lab.ConnectAsync();
        await JoinedAsync(lab, log);
        using var stop = new CancellationTokenSource();
        var (sending, receiving) = (SendAsync(lab, stop.Token), ReceiveAsync(lab));

        // Packets reach the server's link and are for nobody there: the kernel at either end sees no fault.
        NetLab.Ip("-n", lab.Client, "neighbour", "replace", "10.72.1.2", "lladdr", "02:00:00:00:00:99", "dev", "eth1", "nud", "permanent");
        var fired = JsonDocument.Parse(await log.NextAsync("\"event\":\"reflex\"", "blackhole", "eth1/10.72.1.1")).RootElement;
        Assert.InRange(fired.GetProperty("silence_ms").GetDouble(), fired.GetProperty("threshold_ms").GetDouble(), 200);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"silence {fired.GetProperty("silence_ms")} ms, threshold {fired.GetProperty("threshold_ms")} ms, {fired.GetProperty("did")}");
        Assert.Equal("closed, so that its data goes over the others", fired.GetProperty("did").GetString());
        await stop.CancelAsync();
        var sent = await sending;
        lab.ClientSocket.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(sent, await receiving);
    }

    [Fact]
    public async Task A_connection_that_the_kernel_manages_is_left_alone()
    {
        await using var lab = TwoPathLab.Create();
        await lab.ConnectAsync();
        var log = new TwoPathLab.LineLog();
        await using (TwoPathLab.StartAgent(lab.Client, log))
        {
            await log.NextAsync("\"event\":\"plan\"");
            NetLab.Ip("-n", lab.Client, "link", "set", "eth2", "down");
            await log.NextAsync("\"event\":\"plan\"");
        }

        Assert.DoesNotContain(log.Rest().Concat(log.Seen), line => line.Contains("\"event\":\"action\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_that_is_wrong_is_refused_with_its_place()
    {
        var refused = Assert.Throws<AgentCannotRunException>(() =>
            AgentHost.Start(new AgentOptions("x") { PolicyYaml = "kind: Nonsense\n", PolicyFileName = "p.yaml" }));
        Assert.StartsWith("p.yaml:1:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_namespace_that_is_not_there_is_said()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        var refused = Assert.Throws<AgentCannotRunException>(() => AgentHost.Start(new AgentOptions("x") { Netns = "no-such-namespace" }));
        Assert.Contains("no-such-namespace", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The agent knows of the join, and bytes pass until the server counts its subflow too.</summary>
    private static async Task JoinedAsync(TwoPathLab lab, TwoPathLab.LineLog log)
    {
        await log.NextAsync("\"event\":\"joined\"", "eth2/10.72.2.1");
        var began = System.Diagnostics.Stopwatch.StartNew();
        while (began.Elapsed < TimeSpan.FromSeconds(10) && lab.ServerSocket.Subflows.Length < 2)
        {
            await lab.PassAsync();
        }

        Assert.Equal(2, lab.ClientSocket.Subflows.Length);
    }

    private static async Task<long> SendAsync(TwoPathLab lab, CancellationToken stop)
    {
        long sent = 0;
        var chunk = new byte[6250];
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!stop.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            sent += await lab.ClientSocket.Socket.SendAsync(chunk, CancellationToken.None);
        }

        return sent;
    }

    private static async Task<long> ReceiveAsync(TwoPathLab lab)
    {
        var buffer = new byte[65536];
        long received = 0;
        int count;
        while ((count = await lab.ServerSocket.Socket.ReceiveAsync(buffer)) > 0)
        {
            received += count;
        }

        return received;
    }
}
