using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Agent.Verbs;
using Multipath.TestKit;

namespace Multipath.Interop.Tests.Support;

/// <summary>
/// A host with two links to a server on the kernel's MPTCP, and <c>mpagent run --plane tun</c> on it: programs there use the stack by its
/// proxy.
/// </summary>
internal sealed partial class ProxyBed : IAsyncDisposable
{
    /// <summary>In turn, so that both links carry: by the least round trip one of two alike would get nothing, by chance.</summary>
    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: two-paths}
        spec:
          hosts: ""
          paths:
          - {name: first, match: {interface: "eth1"}, preference: 1}
          - {name: second, match: {interface: "eth2"}, preference: 2}
          traffic:
          - {name: default, objective: aggregate, scheduler: roundRobin}
          handover: {downAfter: 300ms, upAfter: 1s}
        """;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    private readonly NetLab _lab = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _lines = new();
    private readonly StringWriter _errors = new();
    private readonly string _policy = Path.GetTempFileName();
    private readonly DirectoryInfo _control = Directory.CreateTempSubdirectory("interop");
    private Task<int> _running = Task.FromResult(0);

    private ProxyBed()
    {
        Client = _lab.Add("c");
        Server = _lab.Add("s");
        NetLab.Link(Client, Server, "eth1", "10.79.1");
        NetLab.Link(Client, Server, "eth2", "10.79.2");
        NetLab.Sysctl(Server, "net.ipv4.conf.all.rp_filter", "0");
        NetLab.Sysctl(Server, "net.ipv4.conf.eth2.rp_filter", "0");
    }

    /// <summary>The stack's addresses, which the server does not know of when the host masquerades.</summary>
    internal static IPAddress[] Ours { get; } = [IPAddress.Parse("10.80.1.2"), IPAddress.Parse("10.80.2.2")];

    /// <summary>The server's one address, reached over both links.</summary>
    internal static IPAddress ServerAddress { get; } = IPAddress.Parse("10.79.1.2");

    internal string Client { get; }

    internal string Server { get; }

    /// <summary>Where the proxy listens in the client's namespace.</summary>
    internal IPEndPoint Proxy { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>The directory of the agent's control socket.</summary>
    internal string Control => _control.FullName;

    /// <summary>What the agent has said so far.</summary>
    internal string Log
    {
        get
        {
            lock (_lines)
            {
                return _lines.ToString();
            }
        }
    }

    /// <summary>Skips the test where this machine cannot run it.</summary>
    /// <param name="masquerade">The host translates; else the server has routes to the stack's addresses.</param>
    /// <param name="plan">The agent follows a policy that uses both links; else it leaves connections as they are.</param>
    internal static async Task<ProxyBed> CreateAsync(bool masquerade = false, bool plan = true)
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "this machine has no TUN");
        var bed = new ProxyBed();
        try
        {
            await bed.StartAsync(masquerade, plan);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for a line of the agent's log that holds all of these.</summary>
    internal async Task<string> SaysAsync(params string[] parts)
    {
        string? found = null;
        await Eventually.HoldsAsync($"the agent says {string.Join(" and ", parts)}", () =>
        {
            found = Log.Split('\n').FirstOrDefault(line => parts.All(part => line.Contains(part, StringComparison.Ordinal)));
            return found is not null;
        });
        return found!;
    }

    /// <summary>Listens on the kernel's MPTCP at the server.</summary>
    internal MptcpSocket Listen() => NetNamespace.Run(Server, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0)));

    /// <summary>A program at the client, connected to the server by the proxy.</summary>
    internal Socket Connect(int port)
    {
        var program = NetNamespace.Run(Client, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        program.Connect(Proxy);
        SocksClient.Request(program, new IPEndPoint(ServerAddress, port));
        return program;
    }

    /// <summary>One of the server's counters in /proc/net/netstat.</summary>
    internal long ServerCounter(string name) => MptcpCounters.Read(Server).FirstOrDefault(counter => counter.Key == name).Value;

    /// <summary>Some bytes there and back.</summary>
    internal static async Task PassAsync(Socket program, Socket server)
    {
        var buffer = new byte[4];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        await program.SendAsync(new byte[] { 1, 2, 3, 4 }, patience.Token);
        Assert.Equal(4, await server.ReceiveAsync(buffer, patience.Token));
        await server.SendAsync(buffer, patience.Token);
        Assert.Equal(4, await program.ReceiveAsync(buffer, patience.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _ = await _running.WaitAsync(StopPatience);
        _lab.Dispose();
        _stop.Dispose();
        File.Delete(_policy);
        _control.Delete(recursive: true);
    }

    private async Task StartAsync(bool masquerade, bool plan)
    {
        foreach (var (at, link) in new[] { (0, "eth1"), (1, "eth2") })
        {
            if (!masquerade)
            {
                NetLab.Ip("-n", Server, "route", "add", $"{Ours[at]}/32", "via", $"10.79.{at + 1}.1", "dev", link);
            }
        }

        await File.WriteAllTextAsync(_policy, Policy);
        string[] line =
        [
            "run", "--host", "van", "--netns", Client, "--json", "--plane", "tun",
            "--uplink", $"eth1={Ours[0]}", "--uplink", $"eth2={Ours[1]}", "--proxy", "127.0.0.1:0",
            "--control", Control,
            .. masquerade ? (string[])["--masquerade"] : [],
            .. plan ? (string[])["--policy", _policy] : [],
        ];
        _running = Root.RunAsync(line, new Locked(_lines), new Locked(_errors), _stop.Token);
        try
        {
            var said = await SaysAsync("\"event\":\"proxy\"");
            Proxy = IPEndPoint.Parse(Address().Match(said).Groups[1].Value);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The agent did not start: {_errors}{Log}");
        }
    }

    [GeneratedRegex("\"socks5\":\"([^\"]+)\"")]
    private static partial Regex Address();

    /// <summary>Lines that come from several threads.</summary>
    private sealed class Locked(StringWriter lines) : TextWriter
    {
        public override System.Text.Encoding Encoding => lines.Encoding;

        public override void WriteLine(string? value)
        {
            lock (lines)
            {
                lines.WriteLine(value);
            }
        }
    }
}
