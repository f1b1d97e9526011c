using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Simulated;

/// <summary>
/// A scenario's hosts, links and connections without a kernel: packets are entries of an agenda, time passes when it is told to, and the
/// same scenario with the same commands at the same times ends the same. Not for two threads at once.
/// </summary>
internal sealed class SimulatedWorld : IDisposable
{
    private const ushort FirstServerPort = 5000;

    private readonly Agenda _agenda = new();
    private readonly Dictionary<string, SimulatedHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedLink> _links = new(StringComparer.Ordinal);
    private readonly List<SimulatedTransfer> _transfers = [];
    private readonly Scenario _scenario;
    private uint _token = 0x1000;
    private int _started;

    internal SimulatedWorld(Scenario scenario)
    {
        _scenario = scenario;
        foreach (var (index, host) in scenario.Hosts.Index())
        {
            _hosts[host.Name] = new SimulatedHost(host.Name, host.IsServer ? new IPAddress([10, 99, 0, (byte)(index + 1)]) : null);
        }

        foreach (var (index, plan) in scenario.Links.Index())
        {
            var client = _hosts[plan.Client];

            // 1 is the loopback.
            var link = new SimulatedLink(_agenda, plan, index + 1, client.Links.Count + 2, unchecked((scenario.Seed * 997) + index + 1));
            client.Add(link);
            _links[plan.Name] = link;
        }
    }

    /// <summary>A host by its name.</summary>
    internal SimulatedHost Host(string name) => _hosts[name];

    /// <summary>A link by its name.</summary>
    internal SimulatedLink Link(string name) => _links[name];

    /// <summary>The commands that a host's agent has.</summary>
    internal HostCommands Commands(string host) => new(_agenda, _hosts[host]);

    /// <summary>Lets the time pass until a moment since the beginning.</summary>
    internal void Advance(TimeSpan now) => _agenda.RunUntil(now);

    /// <summary>Plays an event of the timeline, now.</summary>
    internal void Play(ScenarioEvent happening)
    {
        var link = _links[happening.Link];
        link.Apply(happening.Change);
        _hosts[link.Plan.Client].TellPaths();
    }

    /// <summary>Opens a connection, now, over the first link that is up, and begins to send on it.</summary>
    internal SimulatedTransfer Start(ScenarioTraffic traffic)
    {
        var (host, server) = (_hosts[traffic.Client], _hosts[traffic.Server]);
        var links = host.Links.Where(link => link.Plan.Server == traffic.Server).ToArray();
        var link = links.FirstOrDefault(one => one.IsUp) ?? links.FirstOrDefault()
            ?? throw new ArgumentException($"{traffic.Client} has no link to {traffic.Server}.", nameof(traffic));
        var port = (ushort)(traffic.Port > 0 ? traffic.Port : FirstServerPort + _started++);
        var (here, there) = ((link.Path.Address, host.NextPort()), (server.Address!, port));
        var client = new ConnectionEnd(host, _token++, isServer: false, new FourTuple(here.Address, here.Item2, there.Item1, port));
        var accepted = new ConnectionEnd(server, _token++, isServer: true, new FourTuple(there.Item1, port, here.Address, here.Item2));
        (client.Peer, accepted.Peer) = (accepted, client);
        host.Add(client);
        server.Add(accepted);
        HostCommands.Begin(_agenda, link, client, client.Initial, localId: 0, backup: false);

        var spec = new TransferSpec(traffic.Direction, traffic.BitsPerSecond, traffic.Duration) { Seed = (ulong)_scenario.Seed };
        var (sender, receiver) = traffic.Direction is Direction.Upload ? (client, accepted) : (accepted, client);
        var transfer = SimulatedTransfer.Start(_agenda, spec, sender, receiver);
        _transfers.RemoveAll(Forget);
        _transfers.Add(transfer);
        return transfer;
    }

    public void Dispose() => _transfers.ForEach(transfer => transfer.Dispose());

    private static bool Forget(SimulatedTransfer transfer)
    {
        if (transfer.Result is null)
        {
            return false;
        }

        transfer.Dispose();
        return true;
    }
}
