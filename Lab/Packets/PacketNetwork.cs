using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// A network of packets on a virtual clock: nodes, links between them with their middleboxes, and a schedule of what happens to the links.
/// Everything in it follows from the seed and from what the nodes do, so a run can be repeated to the last packet.
/// </summary>
/// <param name="seed">Of all its chances.</param>
/// <param name="packetCapacity">Bytes that a packet may have.</param>
internal sealed class PacketNetwork(ulong seed, int packetCapacity = PacketNetwork.DefaultCapacity)
{
    /// <summary>Room for a full packet of Ethernet, and for what a middlebox merges into one of twice that.</summary>
    internal const int DefaultCapacity = 3200;

    private readonly NetworkCore _core = new(new EventLoop(), new PacketPool(packetCapacity), new PacketTrace());
    private readonly SeededEntropy _seeds = new(seed);
    private readonly List<PacketLink> _links = [];
    private readonly List<NodePort> _nodes = [];

    /// <summary>The present moment.</summary>
    internal Instant Now => _core.Loop.Now;

    /// <summary>The hash of all that happened, and who looks on.</summary>
    internal PacketTrace Trace => _core.Trace;

    /// <summary>The links in the order in which they were added.</summary>
    internal IReadOnlyList<PacketLink> Links => _links;

    /// <summary>The nodes in the order in which they were added.</summary>
    internal IReadOnlyList<NodePort> Nodes => _nodes;

    /// <summary>Packets that are in lanes and middleboxes at the moment; each node has one more in hand.</summary>
    internal int PacketsHeld => _core.Pool.Rented - _nodes.Count;

    /// <summary>Is told of each change of a link when it has been made, also of those that no owner would see.</summary>
    internal Action<LinkChange, Instant>? Changed { get; set; }

    /// <summary>Adds a node.</summary>
    /// <param name="name">For people.</param>
    /// <param name="node">The node.</param>
    /// <param name="offloads">It leaves large segments and checksums to its device.</param>
    internal NodePort AddNode(string name, INode node, bool offloads = false)
    {
        var port = new NodePort(_core, name, node, offloads);
        _nodes.Add(port);
        return port;
    }

    /// <summary>Adds a link.</summary>
    /// <param name="name">For people.</param>
    /// <param name="knobs">How it behaves at first.</param>
    /// <param name="near">The node at whose side the lanes are.</param>
    /// <param name="far">The node at the middleboxes' side.</param>
    /// <param name="boxes">From near to far.</param>
    internal PacketLink AddLink(string name, LinkKnobs knobs, NodePort near, NodePort far, params IReadOnlyList<Middlebox> boxes)
    {
        var link = new PacketLink(_core, _links.Count, name, knobs, near, far, boxes, _seeds.NextUInt64());
        _links.Add(link);
        return link;
    }

    /// <summary>Sets what is to happen to the links; once, when all are there.</summary>
    internal void Play(IEnumerable<LinkChange> changes) => _ = new LinkSchedule(_core, changes, Apply);

    /// <summary>Lets the nodes begin: takes what they have to send by now.</summary>
    internal void Start()
    {
        foreach (var node in _nodes)
        {
            node.Pump(Now);
        }
    }

    /// <summary>Lets the next thing happen.</summary>
    /// <param name="limit">The latest moment that may come.</param>
    /// <returns>False when nothing happens until the limit.</returns>
    /// <exception cref="SimulationFaultException">Time stands still, or a bound was broken.</exception>
    internal bool Step(Instant limit) => _core.Loop.Step(limit);

    /// <summary>Lets the time pass until a moment, with all that happens on the way.</summary>
    internal void RunUntil(Instant moment)
    {
        while (_core.Loop.Step(moment))
        {
        }
    }

    private void Apply(LinkChange change, Instant now)
    {
        var link = _links[change.Link];
        switch (change)
        {
            case KnobsChange knobs:
                link.Configure(knobs.Knobs);
                break;
            case StateChange state:
                link.SetState(state.State);
                break;
            default:
                throw new InvalidOperationException($"{change} is not known.");
        }

        Changed?.Invoke(change, now);
    }
}
