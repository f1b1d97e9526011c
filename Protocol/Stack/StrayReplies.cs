using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol;

/// <summary>
/// Resets in answer to segments that belong to nothing (RFC 9293 section 3.10.7.1); few wait at a time, the rest is dropped.
/// </summary>
internal sealed class StrayReplies
{
    /// <summary>Replies that wait: a flood is not answered with a flood.</summary>
    public const int MaxWaiting = 64;

    private readonly Deque<Reply> _waiting = new();

    /// <summary>Whether any waits.</summary>
    public bool Any => !_waiting.IsEmpty;

    /// <summary>Answers a segment.</summary>
    /// <param name="packet">The segment.</param>
    /// <param name="reason">What MP_TCPRST says, for a join that is refused (RFC 8684 section 3.6).</param>
    public void Refuse(in ParsedPacket packet, ResetReason? reason = null)
    {
        if (packet.Has(TcpFlags.Rst) || _waiting.Count >= MaxWaiting)
        {
            return;
        }

        _waiting.AddLast(packet.Has(TcpFlags.Ack)
            ? new Reply(packet.Tuple, packet.Ack, default, TcpFlags.Rst, reason)
            : new Reply(packet.Tuple, default, packet.Seq + packet.SequenceLength, TcpFlags.Rst | TcpFlags.Ack, reason));
    }

    /// <summary>Writes the next reply.</summary>
    /// <returns>Its length, or 0.</returns>
    public int Poll(Span<byte> buffer)
    {
        if (_waiting.IsEmpty)
        {
            return 0;
        }

        var reply = _waiting.RemoveFirst();
        var header = new SegmentHeader { Seq = reply.Seq, Ack = reply.Ack, Flags = reply.Flags };
        if (reply.Reason is { } reason)
        {
            header.Options.Mptcp.Set(new MpReset(ResetFlags.None, reason));
        }

        return PacketWriter.Write(buffer, reply.Tuple, header);
    }

    private readonly record struct Reply(FourTuple Tuple, Seq32 Seq, Seq32 Ack, TcpFlags Flags, ResetReason? Reason);
}
