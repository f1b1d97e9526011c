using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Reconcile;
using Multipath.Lab.Packets;
using Multipath.Policies.Model;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Simulated;

/// <summary>A host of a simulated world: a stack, the programs on it, and the paths that its agent is told of.</summary>
internal sealed class SimulatedHost : INode
{
    /// <summary>Only the latest paths count.</summary>
    private const int ChangeLimit = 16;

    private readonly List<SimulatedProgram> _programs = [];
    private readonly IReadOnlyList<SimulatedLink> _links;
    private readonly Channel<ImmutableArray<HostPath>> _changes = Channel.CreateBounded<ImmutableArray<HostPath>>(
        new BoundedChannelOptions(ChangeLimit) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <param name="name">As in the scenario.</param>
    /// <param name="address">A server's one address; null for a client, whose addresses are those of its links.</param>
    /// <param name="links">A client's.</param>
    /// <param name="seed">Of keys and ports.</param>
    internal SimulatedHost(string name, IPAddress? address, IReadOnlyList<SimulatedLink> links, ulong seed)
    {
        (Name, Address, _links) = (name, address, links);
        Connections = new HeldConnections(new Stack(new StackOptions
        {
            LocalAddresses = [.. (address is null ? links.Select(link => link.Path.Address) : [address]).Select(IpAddr.From)],
            Entropy = new SeededEntropy(seed),
        }));
    }

    internal string Name { get; }

    internal IPAddress? Address { get; }

    /// <summary>The stack and the connections of Multipath TCP that it holds.</summary>
    internal HeldConnections Connections { get; }

    /// <summary>Its paths after each change.</summary>
    internal ChannelReader<ImmutableArray<HostPath>> Changes => _changes.Reader;

    /// <summary>Its paths now.</summary>
    internal ImmutableArray<HostPath> Paths => Address is not null
        ? [new HostPath(new PathKey("eth0", Address), 2, LinkUp: true, Gateway: null)]
        : [.. _links.Select(link => new HostPath(link.Path, link.InterfaceIndex, link.IsUp, link.IsUp ? link.Gateway : null))];

    /// <summary>A link changed.</summary>
    internal void TellPaths() => _changes.Writer.TryWrite(Paths);

    /// <summary>A program begins.</summary>
    internal void Add(SimulatedProgram program) => _programs.Add(program);

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        Connections.Stack.HandlePacket(packet, info, now);
        Run(now);
    }

    /// <remarks>What leaves can make room or end something: the programs hear of it before the host falls silent.</remarks>
    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        var length = Connections.Stack.PollTransmit(buffer, out info, now);
        if (length > 0)
        {
            return length;
        }

        Run(now);
        return Connections.Stack.PollTransmit(buffer, out info, now);
    }

    public Instant PollTimeout()
    {
        var next = Connections.Stack.PollTimeout();
        foreach (var program in _programs)
        {
            next = Instant.Earlier(next, program.Deadline);
        }

        return next;
    }

    public void HandleTimeout(Instant now)
    {
        if (Connections.Stack.PollTimeout() <= now)
        {
            Connections.Stack.HandleTimeout(now);
        }

        Run(now);
    }

    private void Run(Instant now)
    {
        while (Connections.Stack.PollEvent(out var happened))
        {
            if (happened.Kind >= StackEventKind.Connected)
            {
                _programs.ForEach(program => program.Handle(happened, now));
            }
            else
            {
                Connections.HandleEvent(happened);
            }
        }

        _programs.ForEach(program => program.Run(now));
        _programs.RemoveAll(program => program.IsOver);
    }
}
