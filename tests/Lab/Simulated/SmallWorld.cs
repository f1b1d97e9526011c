using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;

namespace Multipath.Lab.Tests.Simulated;

/// <summary>A van with Wi-Fi and LTE and a stream of 5 Mbit/s, on virtual time.</summary>
internal sealed class SmallWorld : IDisposable
{
    internal const byte LteId = 1;

    private readonly Scenario _scenario;
    private readonly SimulatedWorld _world;
    private double _nowMs;

    internal SmallWorld(string direction = "upload", string loss = "0%", string rate = "5mbit")
    {
        _scenario = ScenarioParser.Read("small.yaml", $$"""
            name: small
            duration: 10s
            hosts: [{name: van}, {name: hub, role: server}]
            links:
            - {name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms, loss: {{loss}}}
            - {name: lte, from: van, to: hub, interface: wwan0, rate: 10mbit, rtt: 50ms}
            traffic: [{name: stream, from: van, to: hub, rate: {{rate}}, for: 4s, direction: {{direction}}}]
            """);
        _world = new SimulatedWorld(_scenario);
        (Van, Hub) = (_world.Commands("van"), _world.Commands("hub"));
        Transfer = _world.Start(_scenario.Traffic[0]);
    }

    internal HostCommands Van { get; }

    internal HostCommands Hub { get; }

    internal SimulatedTransfer Transfer { get; }

    internal SubflowEnd Wifi => Subflow("van", lte: false);

    internal SubflowEnd Lte => Subflow("van", lte: true);

    internal double NowMs => _nowMs;

    internal uint Token => Connection("van").Token;

    internal void Pass(double ms) => _world.Advance(TimeSpan.FromMilliseconds(_nowMs += ms));

    internal void Break(string link, LinkChange change) => _world.Play(new ScenarioEvent(TimeSpan.Zero, link, change, ""));

    internal KernelError? JoinLte(bool backup) => Van.Create(
        Token,
        new PmAddress(new IPAddress([10, 1, 2, 2]), 0, LteId, backup ? EndpointFlags.Backup : EndpointFlags.None),
        new PmAddress(new IPAddress([10, 99, 0, 2]), 5000));

    internal ConnectionEnd Connection(string host) => Assert.Single(_world.Host(host).Connections);

    /// <summary>The events of a host since the last time.</summary>
    internal List<MptcpEvent> Events(string host)
    {
        List<MptcpEvent> events = [];
        while (_world.Host(host).Events.TryRead(out var happened))
        {
            events.Add(happened);
        }

        return events;
    }

    public void Dispose() => _world.Dispose();

    private SubflowEnd Subflow(string host, bool lte) =>
        Connection(host).Subflows.Single(one => one.Link.Plan.Name == (lte ? "lte" : "wifi"));
}
