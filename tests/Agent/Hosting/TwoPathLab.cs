using System.Net;
using System.Threading.Channels;
using Multipath.Agent.Hosting;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Hosting;

/// <summary>A client with two links to a server, MPTCP between them, and agents to be started at both ends.</summary>
internal sealed class TwoPathLab : IAsyncDisposable
{
    internal const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: two-paths}
        spec:
          hosts: ""
          paths:
          - {name: first, match: {interface: "eth1"}, preference: 1}
          - {name: second, match: {interface: "eth2"}, preference: 2}
          traffic:
          - {name: default, objective: aggregate}
          handover: {downAfter: 300ms, upAfter: 1s}
        """;

    internal static readonly string StandbyPolicy = Policy.Replace("aggregate", "handover", StringComparison.Ordinal);

    internal static readonly IPAddress ClientFirst = IPAddress.Parse("10.72.1.1");
    internal static readonly IPAddress ClientSecond = IPAddress.Parse("10.72.2.1");
    internal static readonly IPAddress ServerFirst = IPAddress.Parse("10.72.1.2");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly NetLab _lab = new();
    private readonly List<IDisposable> _owned = [];

    private TwoPathLab()
    {
        Client = _lab.Add("c");
        Server = _lab.Add("s");
        NetLab.Link(Client, Server, "eth1", "10.72.1");
        NetLab.Link(Client, Server, "eth2", "10.72.2");
        // The server is reached at its first address over both links; each link carries the packets of its own address.
        NetLab.Ip("-n", Client, "route", "add", "10.72.1.2/32", "dev", "eth2", "table", "102");
        NetLab.Ip("-n", Client, "rule", "add", "from", "10.72.2.1", "table", "102");
        NetLab.Sysctl(Server, "net.ipv4.conf.all.rp_filter", "0");
        NetLab.Sysctl(Server, "net.ipv4.conf.eth2.rp_filter", "0");
        NetLab.Sysctl(Client, "net.ipv4.conf.all.rp_filter", "0");
    }

    internal string Client { get; }

    internal string Server { get; }

    internal MptcpSocket ClientSocket { get; private set; } = null!;

    internal MptcpSocket ServerSocket { get; private set; } = null!;

    internal static TwoPathLab Create()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        return new TwoPathLab();
    }

    internal static AgentHost StartAgent(string netns, LineLog log) => AgentHost.Start(Options(netns, log));

    internal static AgentOptions Options(string netns, LineLog log) =>
        new($"host-{netns}") { Netns = netns, PolicyYaml = Policy, JsonLog = true, Log = log };

    internal async Task ConnectAsync()
    {
        var listener = Own(NetNamespace.Run(Server, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0))));
        var port = ((IPEndPoint)listener.Socket.LocalEndPoint!).Port;
        var accept = listener.AcceptAsync(TestContext.Current.CancellationToken);
        ClientSocket = Own(await NetNamespace.Run(Client, () => MptcpSocket.ConnectAsync(new IPEndPoint(ServerFirst, port), ClientFirst)));
        ServerSocket = Own(await accept);
        await PassAsync();
    }

    /// <summary>Some bytes there and back.</summary>
    internal async Task PassAsync()
    {
        var buffer = new byte[4];
        await ClientSocket.Socket.SendAsync(new byte[] { 1, 2, 3, 4 });
        Assert.Equal(4, await ServerSocket.Socket.ReceiveAsync(buffer));
        await ServerSocket.Socket.SendAsync(buffer);
        Assert.Equal(4, await ClientSocket.Socket.ReceiveAsync(buffer));
    }

    /// <summary>The client's local addresses of subflows, ordered.</summary>
    internal IEnumerable<IPAddress> SubflowAddresses() =>
        ClientSocket.Subflows.Select(one => one.Local.Address).OrderBy(one => one.ToString(), StringComparer.Ordinal);

    public ValueTask DisposeAsync()
    {
        _owned.Reverse();
        _owned.ForEach(one => one.Dispose());
        _lab.Dispose();
        return ValueTask.CompletedTask;
    }

    private T Own<T>(T value)
        where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }

    /// <summary>A log that tests wait on.</summary>
    internal sealed class LineLog : StringWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private readonly List<string> _seen = [];

        /// <summary>Every line that was waited for or passed over.</summary>
        internal IReadOnlyList<string> Seen => _seen;

        public override void WriteLine(string? value) => _lines.Writer.TryWrite(value ?? "");

        /// <summary>Waits for a line that holds all of these.</summary>
        internal async Task<string> NextAsync(params string[] parts)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            timeout.CancelAfter(Patience);
            try
            {
                await foreach (var line in _lines.Reader.ReadAllAsync(timeout.Token))
                {
                    _seen.Add(line);
                    if (parts.All(part => line.Contains(part, StringComparison.Ordinal)))
                    {
                        return line;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // Told below, with what was seen.
            }

            throw new InvalidOperationException($"No line with {string.Join(" and ", parts)}; seen:\n{string.Join('\n', _seen)}");
        }

        /// <summary>The lines so far that were not waited for.</summary>
        internal IReadOnlyList<string> Rest()
        {
            List<string> rest = [];
            while (_lines.Reader.TryRead(out var line))
            {
                rest.Add(line);
            }

            _seen.AddRange(rest);
            return rest;
        }
    }
}
