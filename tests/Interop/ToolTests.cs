using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Multipath.Agent.Control;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Verbs;
using Multipath.Interop.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>What a person sees by <c>mpagent</c> beside a running <c>mpagent run --plane tun</c>.</summary>
public sealed class ToolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_of_the_stack_are_listed_with_their_subflows()
    {
        await using var bed = await ProxyBed.CreateAsync();
        using var talk = await ProxiedTalk.BeginAsync(bed);
        await bed.SaysAsync("\"event\":\"joined\"", $"eth2/{ProxyBed.Ours[1]}");

        using var listed = JsonDocument.Parse(await DoneAsync(bed, "connections", "-o", "json"));
        var connection = Assert.Single(listed.RootElement.EnumerateArray());
        Assert.Equal(
            ("tun:mp0", true, "client", $"{ProxyBed.ServerAddress}:{talk.Port}", 4, 4),
            (connection.GetProperty("plane").GetString(), connection.GetProperty("multipath").GetBoolean(),
                connection.GetProperty("role").GetString(), connection.GetProperty("remote").GetString(),
                connection.GetProperty("bytesSent").GetInt32(), connection.GetProperty("bytesReceived").GetInt32()));
        var subflows = connection.GetProperty("subflows").EnumerateArray().ToArray();
        Assert.Equal(
            ProxyBed.Ours.Select(one => $"{one}"), subflows.Select(one => one.GetProperty("local").GetString()!.Split(':')[0]));
        Assert.All(subflows, one => Assert.InRange(one.GetProperty("rttUs").GetInt32(), 1, 1_000_000));

        var table = await DoneAsync(bed, "connections");
        Assert.Matches($@"(?m)^tun:mp0 +{connection.GetProperty("token").GetString()} +client +- +0/0 +10\.80\.1\.2:\d+ ->", table);
        Assert.Matches(@"(?m)^ +\d+/\d+ +10\.80\.2\.2:\d+ -> .* active ", table);
    }

    [Fact]
    public async Task A_server_that_knows_only_tcp_is_shown_as_such()
    {
        await using var bed = await ProxyBed.CreateAsync();
        using var listener = NetNamespace.Run(
            bed.Server, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        listener.Listen();
        using var program = bed.Connect(((IPEndPoint)listener.LocalEndPoint!).Port);
        using var server = await listener.AcceptAsync(Cancellation);
        await ProxyBed.PassAsync(program, server);
        Assert.Matches(@"(?m)^tun:mp0 +plain tcp +client ", await DoneAsync(bed, "connections"));
        Assert.Matches(@"(?m)^  connections +0, and 1 of plain TCP$", await DoneAsync(bed, "status"));
    }

    [Fact]
    public async Task Events_of_the_stack_are_printed_as_they_happen()
    {
        await using var bed = await ProxyBed.CreateAsync();
        using var output = new StringWriter();
        var watching = new Awaited("Watching kernel and tun:mp0.");
        var running = Root.RunAsync(["events", "--count", "2", .. Where(bed)], output, watching, Cancellation);
        await watching.Written.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
        using var talk = await ProxiedTalk.BeginAsync(bed);
        Assert.Equal(Root.ExitDone, await running.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
        Assert.Collection(
            output.ToString().TrimEnd().Split('\n'),
            line => Assert.Matches(@"^[\d:.]+ created +tun:mp0 [0-9a-f]{8} 10\.80\.1\.2:\d+ -> 10\.79\.1\.2:\d+$", line),
            line => Assert.Matches(@"^[\d:.]+ established +tun:mp0 [0-9a-f]{8} 10\.80\.1\.2:\d+ -> 10\.79\.1\.2:\d+$", line));
    }

    [Fact]
    public async Task Who_watches_events_is_told_when_the_agent_stops()
    {
        var stopped = new Awaited("mpagent: tun:mp0 is watched no more: its agent has stopped.", "Watching kernel and tun:mp0.");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<int> running;
        await using (var bed = await ProxyBed.CreateAsync())
        {
            running = Root.RunAsync(["events", .. Where(bed)], TextWriter.Null, stopped, enough.Token);
            await stopped.Begun.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
        }

        await stopped.Written.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
        await enough.CancelAsync();
        Assert.Equal(Root.ExitDone, await running.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
    }

    [Fact]
    public async Task Status_and_paths_describe_the_stack_beside_the_kernel()
    {
        await using var bed = await ProxyBed.CreateAsync();
        var status = await DoneAsync(bed, "status");
        Assert.Matches(@"(?m)^mptcp +on$", status);
        Assert.Matches($@"(?m)^stack tun:mp0 +userspace, of the agent of host van, process {Environment.ProcessId}$", status);
        Assert.Matches($@"(?m)^  proxy +socks5 {bed.Proxy}$", status);
        Assert.Matches(@"(?m)^  paths +2 of 2 up$", status);
        var paths = await DoneAsync(bed, "paths");
        Assert.Matches(@"(?m)^eth1 +10\.79\.1\.1/24 +- +up +1500 +kernel$", paths);
        Assert.Matches(@"(?m)^eth1 +10\.80\.1\.2 +- +up +1500 +tun:mp0$", paths);
    }

    [Fact]
    public async Task A_socket_that_a_killed_agent_left_behind_is_passed_over()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        using var lab = new NetLab();
        var (netns, control) = (lab.Add("n"), Directory.CreateTempSubdirectory("interop"));
        var path = ControlSockets.PathOf(control.FullName, netns, "mp0");
        await File.WriteAllTextAsync(path, "", Cancellation);
        var error = new StringWriter();
        string[] line = ["connections", "-o", "json", "--netns", netns, "--control", control.FullName];
        using var output = new StringWriter();
        Assert.Equal(Root.ExitDone, await Root.RunAsync(line, output, error, Cancellation));
        Assert.Equal(("[]", ""), (output.ToString().Trim(), error.ToString()));
        control.Delete(recursive: true);
    }

    private static string[] Where(ProxyBed bed) => ["--netns", bed.Client, "--control", bed.Control];

    private static async Task<string> DoneAsync(ProxyBed bed, params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await Root.RunAsync([.. line, .. Where(bed)], output, error, Cancellation);
        Assert.Equal((Root.ExitDone, ""), (exit, error.ToString()));
        return output.ToString();
    }

    /// <summary>Tells when a line has been written, and another one before it.</summary>
    private sealed class Awaited(string line, string first = "") : StringWriter
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Begun => _begun.Task;

        internal Task Written => _written.Task;

        public override void WriteLine(string? value)
        {
            if (value == first)
            {
                _begun.TrySetResult();
            }
            else if (value == line)
            {
                _written.TrySetResult();
            }
        }
    }
}
