using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Tests.DataPlanes.Kernel;
using Multipath.Agent.Verbs;

namespace Multipath.Agent.Tests.Verbs;

public sealed class VerbsTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("destroy")]
    [InlineData("destroy xyz")]
    [InlineData("limits set")]
    [InlineData("connections -o yaml")]
    [InlineData("announce 1 10.0.0.1 --id 0")]
    [InlineData("create 1 --local 10.0.0.300")]
    [InlineData("set-backup 1 perhaps")]
    [InlineData("run --unsent-limit 4095")]
    [InlineData("run --unsent-limit 16K")]
    [InlineData("run --metrics nowhere")]
    public async Task Wrong_usage_is_exit_code_2(string line)
    {
        var (exit, _, error) = await RunAsync(line.Split(' '));
        Assert.Equal(Root.ExitUsage, exit);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("pahts", "'pahts' is no verb; there are: run, status, paths, connections, events, endpoint, limits, create, destroy, "
        + "set-backup, announce, remove.", "")]
    [InlineData("destroy", "TOKEN is missing.", " destroy")]
    [InlineData("remove 12 300", "'300' is no ID: a whole number from 0 to 255 was expected.", " remove")]
    [InlineData("announce 1 10.0.0.1 --id 0", "'0' is no --id: a whole number from 1 to 255 was expected.", " announce")]
    [InlineData("limits set --accept 9", "'9' is no --accept: a whole number from 0 to 8 was expected.", " limits set")]
    public async Task Wrong_usage_is_named_in_a_line_with_where_to_look(string line, string problem, string verb)
    {
        var (_, output, error) = await RunAsync(line.Split(' '));
        Assert.Equal(("", $"mpagent: {problem}\n  `mpagent{verb} --help` shows what it takes.\n"), (output, error));
    }

    [Theory]
    [InlineData("run --policy nosuch.yaml", "nosuch.yaml to read a policy from.")]
    [InlineData("run --sysctls /nosuch", "There is no folder /nosuch with net.mptcp.*.")]
    [InlineData("run --label van", "'van' is no label; write KEY=VALUE.")]
    public async Task What_an_agent_cannot_start_with_is_named(string line, string problem)
    {
        var (exit, _, error) = await RunAsync(line.Split(' '));
        Assert.Equal(Root.ExitFailed, exit);
        Assert.StartsWith("mpagent: ", error, StringComparison.Ordinal);
        Assert.EndsWith($"{problem}\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_steers_a_connection_by_hand()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var token = Values.Hex(hosts.Token);
        var created = await RunAsync("create", token, "--local", $"{TwoHosts.ClientSecond}", "--remote", $"{TwoHosts.ServerSecond}",
            "--backup", "--netns", hosts.ClientNetns);
        Assert.Equal((Root.ExitDone, ""), (created.Exit, created.Error));
        Assert.Matches(@"^subflow 10\.71\.2\.1:\d+ -> 10\.71\.2\.2:\d+ established, ids 1/\d+$", created.Output.Trim());

        using var listed = JsonDocument.Parse(await DoneAsync("connections", "-o", "json", "--netns", hosts.ClientNetns));
        var connection = Assert.Single(listed.RootElement.EnumerateArray());
        Assert.Equal((token, "client", Environment.ProcessId), (connection.GetProperty("token").GetString(),
            connection.GetProperty("role").GetString(), connection.GetProperty("processId").GetInt32()));
        Assert.Equal([false, true],
            connection.GetProperty("subflows").EnumerateArray().Select(s => s.GetProperty("backupByUs").GetBoolean()));

        Assert.Contains("is active",
            await DoneAsync("set-backup", token, "off", "--id", "1", "--netns", hosts.ClientNetns), StringComparison.Ordinal);
        var (exit, _, error) = await RunAsync("destroy", token, "--netns", hosts.ClientNetns);
        Assert.Equal(Root.ExitFailed, exit);
        Assert.Contains("give --all", error, StringComparison.Ordinal);
        await DoneAsync("destroy", token, "--local", $"{TwoHosts.ClientSecond}", "--netns", hosts.ClientNetns);
        Assert.Single(hosts.Client.Snapshot().Find(hosts.Token)!.Subflows);
    }

    [Fact]
    public async Task An_announced_address_shows_up_in_the_peers_events()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var token = Values.Hex((await TwoHosts.NextAsync<MptcpEvent.Established>(hosts.Server)).Token);
        await DoneAsync("announce", token, $"{TwoHosts.ServerSecond}", "--id", "9", "--netns", hosts.ServerNetns);
        var announced = EventView.Of(await TwoHosts.NextAsync<MptcpEvent.Announced>(hosts.Client));
        Assert.Equal($"announced            {Values.Hex(hosts.Token)} {TwoHosts.ServerSecond}:{hosts.ServerPort} id 9", announced.Line());
        await DoneAsync("remove", token, "9", "--netns", hosts.ServerNetns);
        Assert.Equal(9, (await TwoHosts.NextAsync<MptcpEvent.Removed>(hosts.Client)).RemoteId);
    }

    [Fact]
    public async Task Events_are_printed_one_json_object_a_line()
    {
        using var hosts = TwoHosts.Create();
        using var output = new StringWriter();
        var running = Root.RunAsync(["events", "--count", "2", "-o", "json", "--netns", hosts.ClientNetns], output, TextWriter.Null,
            TestContext.Current.CancellationToken);
        await hosts.ConnectAsync();
        Assert.Equal(Root.ExitDone, await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        var kinds = output.ToString().TrimEnd().Split('\n').Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("kind").GetString(), json.RootElement.GetProperty("token").GetString());
        });
        Assert.Equal([("created", Values.Hex(hosts.Token)), ("established", Values.Hex(hosts.Token))], kinds);
    }

    [Fact]
    public async Task Endpoints_and_limits_are_set_and_shown()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        await DoneAsync(
            "endpoint", "add", $"{TwoHosts.ClientSecond}", "--id", "3", "--dev", "eth2", "--backup", "--netns", hosts.ClientNetns);
        Assert.Equal(
            """
            ID  ADDRESS    PORT  FLAGS           INTERFACE
            3   10.71.2.1  -     subflow,backup  eth2
            """, (await DoneAsync("endpoint", "list", "--netns", hosts.ClientNetns)).TrimEnd());
        await DoneAsync("limits", "set", "--subflows", "3", "--netns", hosts.ClientNetns);
        Assert.Equal(
            """
            SUBFLOWS  ACCEPTED ADDRESSES
            3         0
            """, (await DoneAsync("limits", "get", "--netns", hosts.ClientNetns)).TrimEnd());
        await DoneAsync("endpoint", "del", "3", "--netns", hosts.ClientNetns);
        Assert.Equal("[]", (await DoneAsync("endpoint", "list", "-o", "json", "--netns", hosts.ClientNetns)).Trim());
    }

    [Fact]
    public async Task Status_and_paths_describe_the_namespace()
    {
        using var hosts = TwoHosts.Create();
        var status = await DoneAsync("status", "--netns", hosts.ClientNetns);
        Assert.Matches(@"(?m)^path manager +userspace$", status);
        var paths = await DoneAsync("paths", "--netns", hosts.ClientNetns);
        Assert.Matches(@"(?m)^eth1 +10\.71\.1\.1/24 +- +up +1500 +kernel$", paths);
    }

    [Fact]
    public async Task A_connection_of_the_kernel_is_refused_with_the_sysctl_to_set()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        await hosts.ConnectAsync();
        var (exit, _, error) = await RunAsync("create", Values.Hex(hosts.Token), "--local", $"{TwoHosts.ClientSecond}", "--remote",
            $"{TwoHosts.ServerSecond}", "--netns", hosts.ClientNetns);
        Assert.Equal(Root.ExitFailed, exit);
        Assert.Contains("net.mptcp.path_manager=userspace", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_or_connection_that_is_not_there_is_named()
    {
        using var hosts = TwoHosts.Create();
        Assert.Contains("no network namespace 'nowhere'", (await RunAsync("paths", "--netns", "nowhere")).Error, StringComparison.Ordinal);
        Assert.Contains("no connection 0000abcd",
            (await RunAsync("destroy", "abcd", "--netns", hosts.ClientNetns)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_two_planes_have_is_steered_where_a_person_says()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var (token, control) = (Values.Hex(hosts.Token), Directory.CreateTempSubdirectory("verbs"));
        await using var other = Claim(ControlSockets.PathOf(control.FullName, hosts.ClientNetns, "mp0"), token);
        string[] where = ["--netns", hosts.ClientNetns, "--control", control.FullName];
        Assert.Equal(
            $"mpagent: kernel and tun:mp0 both have a connection {token}; say which is meant, as in --plane kernel.\n",
            (await RunAsync(["destroy", token, .. where])).Error);
        Assert.Equal(
            "mpagent: The agent of tun:mp0 is older than this tool and takes no commands; restart it.\n",
            (await RunAsync(["destroy", token, "--plane", "tun:mp0", .. where])).Error);
        Assert.Single(hosts.Client.Snapshot().Find(hosts.Token)!.Subflows);
        await DoneAsync(["destroy", token, "--plane", "kernel", .. where]);
        Assert.Empty(hosts.Client.Snapshot().Find(hosts.Token)?.Subflows ?? []);
        control.Delete(recursive: true);
    }

    [Fact]
    public void A_hostile_name_cannot_write_to_the_terminal() => Assert.Equal("a?[31mb", Table.Clean("a\u001b[31mb"));

    /// <summary>An agent of old with one connection, which only tells of it.</summary>
    private static SmallServer Claim(string path, string token)
    {
        var subflow = new SubflowView(
            "10.80.1.2:5", "10.71.1.2:6", 0, 0, false, false, null, 0, 0, 0, null, 0, 0, null, 0, 0, 0, 0, 0, 0, 0, 0);
        var claimed = new ConnectionView(
            "tun:mp0", true, token, "client", subflow.Local, subflow.Remote, null, null, null, 0, 0, 0, null, [subflow]);
        return SmallServer.Start(kestrel => kestrel.ListenUnixSocket(path), (context, ended) =>
        {
            if (context.Request.Path == "/connections")
            {
                return context.Response.WriteAsJsonAsync<ConnectionView[]>([claimed], Views.Json, ended);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private static async Task<string> DoneAsync(params string[] line)
    {
        var (exit, output, error) = await RunAsync(line);
        Assert.Equal((Root.ExitDone, ""), (exit, error));
        return output;
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await Root.RunAsync(line, output, error, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), error.ToString());
    }
}
