using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol;

/// <summary>
/// Answers to segments that belong to nothing: resets (RFC 9293 section 3.10.7.1), and SYN/ACKs of which nothing is kept. Few wait at a
/// time, the rest is dropped.
/// </summary>
internal sealed class StrayReplies
{
    /// <summary>Replies that wait: a flood is not answered with a flood.</summary>
    public const int MaxWaiting = 256;

    private readonly Deque<Reply> _waiting = new();

    /// <summary>Whether any waits.</summary>
    public bool Any => !_waiting.IsEmpty;

    /// <summary>Answers a segment.</summary>
    /// <param name="packet">The segment.</param>
    /// <param name="reason">What MP_TCPRST says, for a join that is refused (RFC 8684 section 3.6).</param>
    public void Refuse(in ParsedPacket packet, ResetReason? reason = null)
    {
        if (packet.Has(TcpFlags.Rst))
        {
            return;
        }

        var header = packet.Has(TcpFlags.Ack)
            ? new SegmentHeader { Seq = packet.Ack, Flags = TcpFlags.Rst }
            : new SegmentHeader { Ack = packet.Seq + packet.SequenceLength, Flags = TcpFlags.Rst | TcpFlags.Ack };
        if (reason is { } why)
        {
            header.Options.Mptcp.Set(new MpReset(ResetFlags.None, why));
        }

        Add(packet.Tuple, header);
    }

    /// <summary>Sends a segment that nothing is kept of.</summary>
    /// <param name="tuple">Its ends.</param>
    /// <param name="header">All that it is.</param>
    public void Add(in FourTuple tuple, in SegmentHeader header)
    {
        if (_waiting.Count < MaxWaiting)
        {
            _waiting.AddLast(new Reply(tuple, header));
        }
    }

    /// <summary>Writes the next reply.</summary>
    /// <returns>Its length, or 0.</returns>
    public int Poll(Span<byte> buffer)
    {
        if (_waiting.IsEmpty)
        {
            return 0;
        }

        ref readonly var reply = ref _waiting.First;
        var length = PacketWriter.Write(buffer, reply.Tuple, reply.Header);
        _waiting.RemoveFirst(1);
        return length;
    }

    private readonly record struct Reply(FourTuple Tuple, SegmentHeader Header);
}
