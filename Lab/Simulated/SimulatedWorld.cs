using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Lab.Net;
using Multipath.Lab.Packets;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Traffic;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Simulated;

/// <summary>
/// A scenario's hosts, links and connections without a kernel: userspace stacks on a network of packets. Time passes when it is told to,
/// and the same scenario with the same commands at the same times ends the same. Not for two threads at once.
/// </summary>
internal sealed class SimulatedWorld : IDisposable
{
    private const ushort FirstServerPort = 5000;

    private readonly Dictionary<string, SimulatedHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodePort> _ports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SimulatedLink Plan, PacketLink Link)> _links = new(StringComparer.Ordinal);
    private readonly List<SimulatedTransfer> _transfers = [];
    private readonly PacketNetwork _network;
    private readonly Scenario _scenario;
    private int _started;

    internal SimulatedWorld(Scenario scenario)
    {
        _scenario = scenario;
        _network = new PacketNetwork((ulong)scenario.Seed);
        var seeds = new SeededEntropy(~(ulong)scenario.Seed);
        var links = Links(scenario);
        foreach (var (index, host) in scenario.Hosts.Index())
        {
            var address = host.IsServer ? new IPAddress([10, 99, 0, (byte)(index + 1)]) : null;
            var own = links.Where(link => link.Plan.Client == host.Name).ToArray();
            var made = _hosts[host.Name] = new SimulatedHost(host.Name, address, own, seeds.NextUInt64());
            _ports[host.Name] = _network.AddNode(host.Name, made);
        }

        foreach (var link in links)
        {
            Join(link);
        }
    }

    /// <summary>The time since the world began.</summary>
    internal Instant Now => _network.Now;

    /// <summary>All that happened so far, as one number.</summary>
    internal ulong TraceHash => _network.Trace.Hash;

    /// <summary>A host by its name.</summary>
    internal SimulatedHost Host(string name) => _hosts[name];

    /// <summary>Does something with a host's stack, now, and sends what comes of it.</summary>
    internal T Do<T>(string host, Func<HeldConnections, Instant, T> body)
    {
        var result = body(_hosts[host].Connections, Now);
        _ports[host].Pump(Now);
        return result;
    }

    /// <summary>Lets the time pass until a moment since the beginning.</summary>
    internal void Advance(TimeSpan now) => _network.RunUntil(new Instant(now.Ticks / TimeSpan.TicksPerMicrosecond));

    /// <summary>Plays an event of the timeline, now.</summary>
    internal void Play(ScenarioEvent happening)
    {
        var (plan, link) = _links[happening.Link];
        plan.Apply(happening.Change, link);
        _hosts[plan.Plan.Client].TellPaths();
    }

    /// <summary>Opens a connection, now, over the first link that is up, and begins to send on it.</summary>
    internal SimulatedTransfer Start(ScenarioTraffic traffic)
    {
        var (client, server) = (_hosts[traffic.Client], _hosts[traffic.Server]);
        var links = _links.Values.Select(one => one.Plan)
            .Where(link => link.Plan.Client == traffic.Client && link.Plan.Server == traffic.Server).ToArray();
        var link = links.FirstOrDefault(one => one.IsUp) ?? links.FirstOrDefault()
            ?? throw new ArgumentException($"{traffic.Client} has no link to {traffic.Server}.", nameof(traffic));
        var spec = new TransferSpec(traffic.Direction, traffic.BitsPerSecond, traffic.Duration) { Seed = (ulong)_scenario.Seed };
        var options = new ConnectionOptions { Congestion = spec.Congestion };
        var port = (ushort)(traffic.Port > 0 ? traffic.Port : FirstServerPort + _started++);
        var isUpload = traffic.Direction is Direction.Upload;
        var (sending, receiving) = isUpload ? (client, server) : (server, client);
        var transfer = new SimulatedTransfer(spec, sending.Connections.Stack, receiving.Connections.Stack, Now);
        var (atClient, atServer) = isUpload ? (transfer.Sender, transfer.Receiver) : (transfer.Receiver, transfer.Sender);
        _transfers.RemoveAll(Forget);
        _transfers.Add(transfer);
        server.Add(atServer);
        client.Add(atClient);
        atServer.Listen(new Endpoint(IpAddr.AnyV4, port), options);
        var local = new Endpoint(IpAddr.From(link.Path.Address), 0);
        atClient.Connect(local, new Endpoint(IpAddr.From(server.Address!), port), options, Now);
        _ports[traffic.Server].Pump(Now);
        _ports[traffic.Client].Pump(Now);
        return transfer;
    }

    public void Dispose() => _transfers.ForEach(transfer => transfer.Dispose());

    private static bool Forget(SimulatedTransfer transfer)
    {
        var ended = transfer is { Result: not null, Sender.IsOver: true, Receiver.IsOver: true };
        if (ended)
        {
            transfer.Dispose();
        }

        return ended;
    }

    private static List<SimulatedLink> Links(Scenario scenario)
    {
        List<SimulatedLink> links = [];
        foreach (var (index, plan) in scenario.Links.Index())
        {
            // 1 is the loopback.
            var interfaceIndex = links.Count(link => link.Plan.Client == plan.Client) + 2;
            links.Add(new SimulatedLink(plan, index + 1, interfaceIndex));
        }

        return links;
    }

    private void Join(SimulatedLink link)
    {
        var (near, far) = (_ports[link.Plan.Client], _ports[link.Plan.Server]);
        var joined = _network.AddLink(link.Plan.Name, link.Knobs, near, far);
        var address = IpAddr.From(link.Path.Address);
        near.Routes.Add(address, IpAddr.From(_hosts[link.Plan.Server].Address!), joined.NearDoor);
        far.Routes.Add(null, address, joined.FarDoor);
        _links[link.Plan.Name] = (link, joined);
    }
}
