using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Reconcile;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Simulated;

/// <summary>A van with Wi-Fi and LTE and a stream of 5 Mbit/s, on virtual time, with the data planes that agents would have.</summary>
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
        (Van, Hub) = (new StackPlane(new Access(_world, "van")), new StackPlane(new Access(_world, "hub")));
        Transfer = _world.Start(_scenario.Traffic[0]);
    }

    internal StackPlane Van { get; }

    internal StackPlane Hub { get; }

    internal SimulatedTransfer Transfer { get; }

    internal PlaneSubflow Wifi => Subflow(0);

    internal PlaneSubflow Lte => Subflow(LteId);

    internal double NowMs => _nowMs;

    internal ulong TraceHash => _world.TraceHash;

    internal uint Token => Connection(Van).Token;

    internal void Pass(double ms) => _world.Advance(TimeSpan.FromMilliseconds(_nowMs += ms));

    internal void Break(string link, LinkChange change) => _world.Play(new ScenarioEvent(TimeSpan.Zero, link, change, ""));

    internal KernelError? JoinLte(bool backup) => Van.Create(
        Token,
        new PmAddress(new IPAddress([10, 1, 2, 2]), 0, LteId, backup ? EndpointFlags.Backup : EndpointFlags.None),
        new PmAddress(new IPAddress([10, 99, 0, 2]), 5000));

    internal static PlaneConnection Connection(StackPlane plane) => Assert.Single(plane.Snapshot().Connections);

    /// <summary>The events of a host since the last time.</summary>
    internal static List<MptcpEvent> Events(StackPlane plane)
    {
        List<MptcpEvent> events = [];
        while (plane.Events.TryRead(out var happened))
        {
            events.Add(happened);
        }

        return events;
    }

    public void Dispose() => _world.Dispose();

    private PlaneSubflow Subflow(byte id) => Connection(Van).Subflows.Single(one => one.LocalId == id);

    /// <summary>On the test's own thread, at the world's time.</summary>
    private sealed class Access(SimulatedWorld world, string host) : IStackAccess
    {
        public T Ask<T>(Func<HeldConnections, Instant, T> question) => world.Do(host, question);

        public ISubflowProbe OpenProbe() => throw new NotSupportedException();

        public ImmutableSortedDictionary<string, ulong> Counters() => ImmutableSortedDictionary<string, ulong>.Empty;

        public void Dispose()
        {
            // The world is the test's.
        }
    }
}
