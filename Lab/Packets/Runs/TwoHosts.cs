using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>
/// The network of all runs: a client with an uplink for each path and one address on each, and a server with two addresses behind all of
/// them. The client routes by source, the server by destination.
/// </summary>
internal sealed class TwoHosts
{
    /// <summary>Where the server listens.</summary>
    internal const ushort Port = 443;

    private readonly SeededEntropy _seeds;
    private readonly IReadOnlyList<PathPlan> _paths;
    private readonly bool _isV6;

    /// <summary>Without nodes yet.</summary>
    internal TwoHosts(ulong seed, bool isV6, IReadOnlyList<PathPlan> paths)
    {
        (_isV6, _paths, _seeds) = (isV6, paths, new SeededEntropy(~seed));
        Network = new PacketNetwork(seed);
        Addresses = [.. paths.Select((_, path) => Address(path + 1, 1))];
        Server = new Endpoint(Address(0, 1), Port);
        SecondServer = new Endpoint(Address(0, 2), Port);
    }

    /// <summary>The network.</summary>
    internal PacketNetwork Network { get; }

    /// <summary>The client's, by path.</summary>
    internal IReadOnlyList<IpAddr> Addresses { get; }

    /// <summary>Where the client connects to.</summary>
    internal Endpoint Server { get; }

    /// <summary>The server's other address, same port.</summary>
    internal Endpoint SecondServer { get; }

    /// <summary>Where the server listens: all its addresses.</summary>
    internal Endpoint Any => new(_isV6 ? IpAddr.AnyV6 : IpAddr.AnyV4, Port);

    /// <summary>The client's node, once there is one.</summary>
    internal NodePort? ClientPort { get; private set; }

    /// <summary>Whether the client's, and the server's, large segments and checksums are left to their devices.</summary>
    internal (bool Client, bool Server) Offloads { get; init; }

    /// <summary>A stack for the client.</summary>
    internal Stack MakeClient(int mtu) => new(Options(mtu, Addresses, Offloads.Client));

    /// <summary>A stack for the server.</summary>
    internal Stack MakeServer(int mtu) => new(Options(mtu, [Server.Address, SecondServer.Address], Offloads.Server));

    /// <summary>Puts both nodes into the network, with the links between them.</summary>
    internal (NodePort Client, NodePort Server) Join(INode client, INode server)
    {
        ClientPort = Network.AddNode("client", client, Offloads.Client);
        var serverPort = Network.AddNode("server", server, Offloads.Server);
        for (var path = 0; path < _paths.Count; path++)
        {
            var plan = _paths[path];
            var link = Network.AddLink($"path {path}", plan.Knobs, ClientPort, serverPort, [.. plan.Boxes.Select(box => box.Make())]);
            ClientPort.Routes.Add(Addresses[path], null, link.NearDoor);
            serverPort.Routes.Add(null, Addresses[path], link.FarDoor);
            foreach (var box in plan.Boxes)
            {
                if (box.Outside is { } outside)
                {
                    serverPort.Routes.Add(null, outside, link.FarDoor);
                }
            }
        }

        return (ClientPort, serverPort);
    }

    /// <summary>Plays changes of the links, and tells the client of those that a host sees on its own interfaces.</summary>
    internal void Play(IReadOnlyList<LinkChange> changes, ClientPaths client)
    {
        Network.Play(changes);
        Network.Changed = (change, now) =>
        {
            if (change is StateChange { State: not LinkState.Blackhole } state)
            {
                client.HandleLink(state.Link, state.State == LinkState.Up, now);
                ClientPort!.Pump(now);
            }
        };
    }

    private StackOptions Options(int mtu, IReadOnlyList<IpAddr> addresses, bool offloads) => new()
    {
        LocalAddresses = addresses,
        SegmentationOffload = offloads,
        Mtu = mtu,
        Entropy = new SeededEntropy(_seeds.NextUInt64()),
    };

    private IpAddr Address(int network, int host) => IpAddr.Parse(_isV6 ? $"2001:db8:{network}::{host}" : $"10.{network}.0.{host}");
}
