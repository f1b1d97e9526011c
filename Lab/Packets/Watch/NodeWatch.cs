using System.Buffers.Binary;
using Multipath.Lab.Packets.Middleboxes;

namespace Multipath.Lab.Packets.Watch;

/// <summary>
/// Reads what goes into a node and out of it, and checks that the node keeps the rules that can be seen on the wire. For nodes with one
/// connection at a time.
/// </summary>
/// <param name="name">The node's, for people.</param>
/// <param name="mtu">Bytes of its largest packet.</param>
internal sealed class NodeWatch(string name, int mtu)
{
    private readonly Dictionary<FlowId, FlowWatch> _flows = [];
    private readonly DataWatch _data = new();
    private FlowId _lastId;
    private FlowWatch? _last;

    /// <summary>Segments that were checked.</summary>
    internal long Checked { get; private set; }

    /// <summary>A packet goes in.</summary>
    internal void HandleReceived(Packet packet)
    {
        // What a damaged packet says binds nobody, unless the damage is where no checksum looks: in the flow label of IPv6, say.
        if (TcpFrame.TryRead(packet.Span, out var frame) && (!packet.IsDamaged || frame.IsIntact))
        {
            var id = new FlowId(frame.DestinationPort, frame.SourcePort, Fold(frame.DestinationAddress), Fold(frame.SourceAddress));
            Find(id).HandleReceived(frame, _data);
        }
    }

    /// <summary>A packet goes out.</summary>
    /// <exception cref="SimulationFaultException">It should not.</exception>
    internal void HandleSent(Packet packet)
    {
        Checked++;
        if (packet.Length > mtu)
        {
            throw new SimulationFaultException($"{name} sent a packet of {packet.Length} bytes, the MTU is {mtu}");
        }

        if (!TcpFrame.TryRead(packet.Span, out var frame))
        {
            throw new SimulationFaultException($"{name} sent something that is no TCP segment");
        }

        var id = new FlowId(frame.SourcePort, frame.DestinationPort, Fold(frame.SourceAddress), Fold(frame.DestinationAddress));
        if (Find(id).HandleSent(frame, _data) is { } fault)
        {
            throw new SimulationFaultException($"{name}, port {frame.SourcePort} to {frame.DestinationPort}: {fault}");
        }
    }

    private FlowWatch Find(in FlowId id)
    {
        if (_last is not null && _lastId == id)
        {
            return _last;
        }

        if (!_flows.TryGetValue(id, out _last))
        {
            _last = new FlowWatch();
            _flows.Add(id, _last);
        }

        _lastId = id;
        return _last;
    }

    private static ulong Fold(ReadOnlySpan<byte> address) => address.Length == sizeof(uint)
        ? BinaryPrimitives.ReadUInt32LittleEndian(address)
        : BinaryPrimitives.ReadUInt64LittleEndian(address) ^ (BinaryPrimitives.ReadUInt64LittleEndian(address[8..]) * 31);

    private readonly record struct FlowId(ushort LocalPort, ushort RemotePort, ulong Local, ulong Remote);
}
