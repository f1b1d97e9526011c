using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;
using Multipath.Policies.Model;

namespace Multipath.Lab.Simulated;

/// <summary>A host of a simulated world: its paths, its connections, and what its agent is told.</summary>
/// <param name="name">As in the scenario.</param>
/// <param name="address">A server's one address; null for a client, whose addresses are those of its links.</param>
internal sealed class SimulatedHost(string name, IPAddress? address)
{
    /// <summary>Events that wait for the agent; what comes on top is lost, as with the kernel, and the agent is told so.</summary>
    private const int EventLimit = 4096;

    /// <summary>Only the latest paths count.</summary>
    private const int ChangeLimit = 16;

    private const ushort FirstPort = 40_000;

    private readonly SortedDictionary<uint, ConnectionEnd> _connections = [];
    private readonly List<SimulatedLink> _links = [];
    private readonly Channel<MptcpEvent> _events = Channel.CreateBounded<MptcpEvent>(EventLimit);
    private readonly Channel<ImmutableArray<HostPath>> _changes = Channel.CreateBounded<ImmutableArray<HostPath>>(
        new BoundedChannelOptions(ChangeLimit) { FullMode = BoundedChannelFullMode.DropOldest });

    private ushort _port = FirstPort;
    private bool _lost;

    internal string Name => name;

    internal IPAddress? Address => address;

    internal IReadOnlyList<SimulatedLink> Links => _links;

    internal IReadOnlyCollection<ConnectionEnd> Connections => _connections.Values;

    /// <summary>What happens to its connections.</summary>
    internal ChannelReader<MptcpEvent> Events => _events.Reader;

    /// <summary>Its paths after each change.</summary>
    internal ChannelReader<ImmutableArray<HostPath>> Changes => _changes.Reader;

    /// <summary>Its paths now.</summary>
    internal ImmutableArray<HostPath> Paths => address is not null
        ? [new HostPath(new PathKey("eth0", address), 2, LinkUp: true, Gateway: null)]
        : [.. _links.Select(link => new HostPath(link.Path, link.InterfaceIndex, link.IsUp, link.IsUp ? link.Gateway : null))];

    internal void Add(SimulatedLink link) => _links.Add(link);

    internal void Add(ConnectionEnd connection) => _connections[connection.Token] = connection;

    internal void Forget(ConnectionEnd connection) => _connections.Remove(connection.Token);

    internal ConnectionEnd? Find(uint token) =>
        _connections.GetValueOrDefault(token) is { IsEstablished: true } connection ? connection : null;

    /// <summary>A local port that no connection had yet.</summary>
    internal ushort NextPort() => _port++;

    /// <summary>Something happened to a connection.</summary>
    internal void Tell(MptcpEvent happened)
    {
        if (_lost && _events.Writer.TryWrite(new MptcpEvent.Overrun()))
        {
            _lost = false;
        }

        _lost |= !_events.Writer.TryWrite(happened);
    }

    /// <summary>A link changed.</summary>
    internal void TellPaths() => _changes.Writer.TryWrite(Paths);
}
