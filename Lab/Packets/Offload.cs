using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol;

namespace Multipath.Lab.Packets;

/// <summary>
/// What a network device does for a node that leaves it to it: cuts segments of up to 64 KB into ones that the link takes, each with all
/// options, and fills in the checksums.
/// </summary>
/// <param name="pool">Where the packets come from.</param>
internal sealed class Offload(PacketPool pool)
{
    private const int AllDone = -1;
    private int _done;

    /// <summary>Room for what the node writes.</summary>
    internal byte[] Buffer { get; } = new byte[1 << 17];

    /// <summary>Begins with what was written to the buffer.</summary>
    internal void Start() => _done = 0;

    /// <summary>The next packet of it.</summary>
    /// <param name="length">Bytes that were written.</param>
    /// <param name="info">What the node said beside them.</param>
    /// <returns>Null when there is none any more.</returns>
    /// <exception cref="SimulationFaultException">It is no TCP segment.</exception>
    internal Packet? Next(int length, in PacketInfo info)
    {
        if (_done == AllDone)
        {
            return null;
        }

        if (!TcpFrame.TryRead(Buffer.AsSpan(0, length), out var frame))
        {
            throw new SimulationFaultException("something to be cut up is no TCP segment");
        }

        var left = frame.Payload.Length - _done;
        var portion = info.GsoSize > 0 ? Math.Min(left, info.GsoSize) : left;
        var packet = pool.Rent();
        frame.Ip[..frame.AllHeaders].CopyTo(packet.Bytes);
        frame.Payload.Slice(_done, portion).CopyTo(packet.Bytes.AsSpan(frame.AllHeaders));
        packet.Renew(frame.AllHeaders + portion, default);
        var segment = frame.Resized(packet.Bytes, portion);
        segment.SetSequence(frame.Sequence + (uint)_done);
        var isLast = portion == left;
        segment.Seal(isLast ? frame.Flags : (byte)(frame.Flags & ~(TcpFrame.Fin | TcpFrame.Psh)));
        _done = isLast ? AllDone : _done + portion;
        return packet;
    }
}
