using System.Diagnostics;
using System.Net;
using Multipath.Agent.Hosting;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Lab.Net;

namespace Multipath.Bench;

/// <summary>
/// Two hosts, a link between them and many connections over it. The link has a round trip longer than the pause between two messages, so
/// that data is always outstanding: over a mere veth pair an acknowledgement is back before anybody could look.
/// </summary>
internal sealed class ReflexRig : IDisposable
{
    /// <summary>What <see cref="RunTraffic"/> does.</summary>
    public const string TrafficInWords = "1 KiB every 20 ms on each, over a round trip of 30 ms";

    private const int MessageBytes = 1024;
    private const double RoundTripMs = 30;
    private const double MegabitsPerSecond = 1000;

    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: one-path}
        spec:
          hosts: ""
          paths:
          - {name: only, match: {interface: eth1}, preference: 1}
          traffic:
          - {name: default, objective: handover}
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>For all connections to be made.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LabNetwork _lab = LabNetwork.Create();
    private readonly NetHost _client;
    private readonly NetHost _server;
    private readonly IPAddress _local;
    private readonly List<MptcpSocket> _senders = [];
    private readonly List<MptcpSocket> _readers = [];

    /// <exception cref="IOException">A namespace or interface could not be made.</exception>
    public ReflexRig()
    {
        try
        {
            _client = _lab.AddHost("client");
            _server = _lab.AddServer("server");
            var knobs = LinkKnobs.OfRoundTrip(MegabitsPerSecond, RoundTripMs);
            _local = _lab.AddLink("only", _client, _server, "eth1", knobs, knobs).ClientAddress;
        }
        catch
        {
            _lab.Dispose();
            throw;
        }
    }

    /// <summary>Where the connections' senders and the agent are.</summary>
    public string ClientNamespace => _client.Namespace;

    /// <summary>Starts the agent at the client; it steers connections that are made from then on.</summary>
    public AgentHost StartAgent() =>
        AgentHost.Start(new AgentOptions("client") { Netns = _client.Namespace, PolicyYaml = Policy });

    /// <summary>
    /// Makes connections, all at once, and passes a message on each: only then does the kernel call a connection established, and the
    /// agent steers it.
    /// </summary>
    public async Task ConnectAsync(int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var listener = NetNamespace.Run(_server.Namespace, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0), count));
        var remote = new IPEndPoint(_server.ServerAddress!, ((IPEndPoint)listener.Socket.LocalEndPoint!).Port);
        var connecting = NetNamespace.Run(_client.Namespace, () => Enumerable.Range(0, count)
            .Select(_ => MptcpSocket.ConnectAsync(remote, _local, limit.Token)).ToArray());
        for (var accepted = 0; accepted < count; accepted++)
        {
            _readers.Add(await listener.AcceptAsync(limit.Token));
        }

        _senders.AddRange(await Task.WhenAll(connecting));
        if (_senders.Find(sender => !sender.IsMptcp) is not null)
        {
            throw new InvalidOperationException("A connection fell back to plain TCP.");
        }

        var buffer = new byte[MessageBytes];
        await Task.WhenAll(_senders.Select(sender => sender.Socket.SendAsync(buffer, limit.Token).AsTask()));
        await Task.WhenAll(_readers.Select(reader => reader.Socket.ReceiveAsync(new byte[MessageBytes], limit.Token).AsTask()));
    }

    /// <summary>Sends on every connection and reads what came before, on one thread, until cancelled.</summary>
    public Task RunTraffic(CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            var (message, buffer, began) = (new byte[MessageBytes], new byte[64 * MessageBytes], Stopwatch.GetTimestamp());
            for (var round = 1; !cancellation.IsCancellationRequested; round++)
            {
                _senders.ForEach(sender => sender.Socket.Send(message));
                foreach (var reader in _readers.Where(reader => reader.Socket.Available > 0))
                {
                    reader.Socket.Receive(buffer);
                }

                var early = (Pause * round) - Stopwatch.GetElapsedTime(began);
                cancellation.WaitHandle.WaitOne(early > TimeSpan.Zero ? early : TimeSpan.Zero);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <inheritdoc/>
    public void Dispose()
    {
        _senders.ForEach(sender => sender.Dispose());
        _readers.ForEach(reader => reader.Dispose());
        _lab.Dispose();
    }
}
