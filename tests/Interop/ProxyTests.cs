using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Multipath.Agent.Verbs;
using Multipath.Interop.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>
/// <c>mpagent run --plane tun</c>: ordinary programs on the userspace stack by its proxy, the kernel's MPTCP at the other end.
/// </summary>
public sealed class ProxyTests
{
    private const int Bytes = 20_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [CombinatorialBools]
    public async Task Curl_gets_a_file_over_two_subflows(bool masquerade)
    {
        Assert.SkipUnless(
            File.Exists("/usr/bin/curl") && File.Exists("/usr/bin/mptcpize") && File.Exists("/usr/bin/python3"),
            "needs curl, python3 and mptcpize");
        Assert.SkipWhen(masquerade && !File.Exists("/usr/sbin/nft"), "needs nft");
        var folder = Directory.CreateTempSubdirectory("interop");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "file"), new byte[Bytes], Cancellation);
            await using var bed = await ProxyBed.CreateAsync(masquerade);
            using var server = Serve(bed, folder.FullName);
            try
            {
                await ListensAsync(bed, 8081);
                var printed = NetLab.Ip(
                    "netns", "exec", bed.Client, "curl", "-sS", "--max-time", "30", "--limit-rate", "20M", "--socks5", $"{bed.Proxy}",
                    "-o", "/dev/null", "-w", "%{http_code} %{size_download}", $"http://{ProxyBed.ServerAddress}:8081/file");
                Assert.Equal($"200 {Bytes}", printed);
                Assert.Equal(1, bed.ServerCounter("MPJoinAckRx"));
            }
            finally
            {
                server.Kill(entireProcessTree: true);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_uplink_that_goes_down_costs_only_its_subflow()
    {
        await using var bed = await ProxyBed.CreateAsync();
        using var talk = await ProxiedTalk.BeginAsync(bed);
        await bed.SaysAsync("\"event\":\"joined\"", $"eth2/{ProxyBed.Ours[1]}");
        NetLab.Ip("-n", bed.Client, "link", "set", "eth1", "down");
        await bed.SaysAsync("\"event\":\"reflex\"", "link-down", $"eth1/{ProxyBed.Ours[0]}");
        await talk.PassAsync();
        Assert.True(talk.Server.IsMptcp);

        NetLab.Ip("-n", bed.Client, "link", "set", "eth1", "up");
        await bed.SaysAsync("\"event\":\"joined\"", $"eth1/{ProxyBed.Ours[0]}");
        await talk.PassAsync();
    }

    [Fact]
    public async Task A_path_that_swallows_data_is_left_at_once_and_all_of_it_arrives()
    {
        await using var bed = await ProxyBed.CreateAsync();
        using var talk = await ProxiedTalk.BeginAsync(bed);
        await bed.SaysAsync("\"event\":\"joined\"", $"eth2/{ProxyBed.Ours[1]}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (sending, receiving) = (SendAsync(talk.Program, stop.Token), ReceiveAsync(talk.Server.Socket));

        // Packets reach the server's link and are for nobody there: neither end sees a fault.
        NetLab.Ip("-n", bed.Client, "neighbour", "replace", $"{ProxyBed.ServerAddress}", "lladdr", "02:00:00:00:00:99", "dev", "eth1",
            "nud", "permanent");
        var said = await bed.SaysAsync("\"event\":\"reflex\"", "blackhole", $"eth1/{ProxyBed.Ours[0]}");
        var fired = JsonDocument.Parse(said).RootElement;
        Assert.Equal("closed, so that its data goes over the others", fired.GetProperty("did").GetString());
        Assert.InRange(fired.GetProperty("silence_ms").GetDouble(), fired.GetProperty("threshold_ms").GetDouble(), 300);
        await stop.CancelAsync();
        var sent = await sending;
        talk.Program.Shutdown(SocketShutdown.Send);
        Assert.Equal(sent, await receiving.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task A_server_that_refuses_is_told_so_to_the_program()
    {
        await using var bed = await ProxyBed.CreateAsync();
        var refused = Assert.Throws<IOException>(() => bed.Connect(9));
        Assert.Equal("The proxy replied 5.", refused.Message);
    }

    [Theory]
    [InlineData("--plane tun")]
    [InlineData("--uplink eth1=10.0.0.1")]
    [InlineData("--plane tun --uplink eth1")]
    [InlineData("--plane tun --uplink eth1=10.0.0.300")]
    [InlineData("--plane tun --uplink eth1=10.0.0.1 --mtu 500")]
    [InlineData("--plane tun --uplink eth1=10.0.0.1 --queues 0")]
    [InlineData("--plane tun --uplink eth1=10.0.0.1 --queues 2 --trace")]
    public async Task Wrong_usage_is_exit_code_2(string options)
    {
        var error = new StringWriter();
        Assert.Equal(2, await Root.RunAsync(["run", .. options.Split(' ')], TextWriter.Null, error, Cancellation));
        Assert.NotEmpty(error.ToString());
    }

    [Fact]
    public async Task An_uplink_that_is_not_there_is_named_with_those_that_are()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        using var lab = new NetLab();
        var (netns, error) = (lab.Add("n"), new StringWriter());
        var exit = await Root.RunAsync(
            ["run", "--netns", netns, "--plane", "tun", "--uplink", "wlan7=10.0.0.1"], TextWriter.Null, error, Cancellation);
        Assert.Equal((1, "mpagent: 'wlan7' is no interface that leads out of this host; there is none."), (exit, error.ToString().Trim()));
    }

    private static Process Serve(ProxyBed bed, string folder) => Process.Start(new ProcessStartInfo(
        "ip", ["netns", "exec", bed.Server, "mptcpize", "run", "python3", "-m", "http.server", "-d", folder, "8081"])
    {
        RedirectStandardError = true,
        RedirectStandardOutput = true,
    })!;

    private static Task ListensAsync(ProxyBed bed, int port) => Eventually.HoldsAsync("the server listens", () =>
    {
        try
        {
            bed.Connect(port).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static async Task<long> SendAsync(Socket program, CancellationToken stop)
    {
        long sent = 0;
        var chunk = new byte[6250];
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!stop.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            sent += await program.SendAsync(chunk, CancellationToken.None);
        }

        return sent;
    }

    private static async Task<long> ReceiveAsync(Socket server)
    {
        var buffer = new byte[65536];
        long received = 0;
        int count;
        while ((count = await server.ReceiveAsync(buffer, Cancellation)) > 0)
        {
            received += count;
        }

        return received;
    }
}
