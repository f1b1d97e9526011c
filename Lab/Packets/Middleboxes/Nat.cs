using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// Network address and port translation: the near node's flows appear with a public address and a port of their own each. It can
/// forget all flows at a time, as one does that restarts: packets from within get a new port then, packets from outside are dropped.
/// </summary>
/// <param name="outside">The public address, of the family of the node's.</param>
/// <param name="forgetAt">When it forgets.</param>
internal sealed class Nat(IpAddr outside, Instant forgetAt) : Middlebox
{
    /// <summary>First port that it gives out.</summary>
    internal const ushort FirstPort = 10_000;

    /// <summary>Flows that it knows at most; past it new ones are dropped.</summary>
    internal const int FlowLimit = 4096;

    private readonly byte[] _outside = Bytes(outside);
    private readonly Dictionary<FlowKey, ushort> _outward = [];
    private readonly Dictionary<ushort, FlowKey> _inward = [];
    private Instant _forgetAt = forgetAt;
    private int _given;

    /// <inheritdoc/>
    private protected override void Handle(Packet packet, Heading heading, Instant now)
    {
        if (now >= _forgetAt)
        {
            _outward.Clear();
            _inward.Clear();
            _forgetAt = Instant.Never;
        }

        if (TcpFrame.TryRead(packet.Span, out var frame) && (heading == Heading.Up ? TryLeave(frame) : TryEnter(frame)))
        {
            Meddled++;
            Pass(packet, heading, now);
        }
        else
        {
            Drop(packet);
        }
    }

    private bool TryLeave(in TcpFrame frame)
    {
        var (local, remote) = (Address(frame, frame.SourceAddress), Address(frame, frame.DestinationAddress));
        var flow = new FlowKey(local, frame.SourcePort, remote, frame.DestinationPort);
        if (!_outward.TryGetValue(flow, out var port) && !TryGive(flow, out port))
        {
            return false;
        }

        frame.SetAddress(frame.SourceAddress, _outside);
        frame.SetSourcePort(port);
        return true;
    }

    private bool TryEnter(in TcpFrame frame)
    {
        if (!_inward.TryGetValue(frame.DestinationPort, out var flow)
            || flow.Remote != Address(frame, frame.SourceAddress)
            || flow.RemotePort != frame.SourcePort)
        {
            return false;
        }

        frame.SetAddress(frame.DestinationAddress, Bytes(flow.Local));
        frame.SetDestinationPort(flow.LocalPort);
        return true;
    }

    private bool TryGive(FlowKey flow, out ushort port)
    {
        port = (ushort)(FirstPort + _given);
        if (_outward.Count == FlowLimit)
        {
            return false;
        }

        _given = (_given + 1) % (ushort.MaxValue - FirstPort);
        if (_inward.Remove(port, out var old))
        {
            _outward.Remove(old);
        }

        _outward.Add(flow, port);
        _inward.Add(port, flow);
        return true;
    }

    private static IpAddr Address(in TcpFrame frame, ReadOnlySpan<byte> bytes) => frame.IsV4 ? IpAddr.ReadV4(bytes) : IpAddr.ReadV6(bytes);

    private static byte[] Bytes(IpAddr address)
    {
        var bytes = new byte[address.Length];
        address.Write(bytes);
        return bytes;
    }

    private readonly record struct FlowKey(IpAddr Local, ushort LocalPort, IpAddr Remote, ushort RemotePort);
}
