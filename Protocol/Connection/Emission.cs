using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Connection;

/// <summary>Writes a connection's packets: what its subflows have to say, in turn, with the options and the payload of each.</summary>
internal sealed class Emission(Session s, Outflow outflow, Lifecycle lifecycle, ByteStream stream)
{
    private int _turn;

    /// <summary>The next packet.</summary>
    /// <param name="buffer">Room for it.</param>
    /// <param name="maxPayload">Bytes of payload that it may have; more than a segment's are for the device to cut up.</param>
    /// <param name="offload">Leave the checksum to the device.</param>
    /// <param name="info">What goes beside it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Its length, or 0 when there is none now.</returns>
    public int Poll(Span<byte> buffer, int maxPayload, bool offload, out PacketInfo info, Instant now)
    {
        for (; ; )
        {
            var isFewer = false;
            for (var i = 0; i < s.Members.Length; i++)
            {
                var slot = _turn + i < s.Members.Length ? _turn + i : _turn + i - s.Members.Length;
                if (s.Members[slot] is not { } m)
                {
                    continue;
                }

                if (!m.Tcp.IsIdle(now) && m.Tcp.PollSegment(now, maxPayload, out var plan))
                {
                    _turn = slot;
                    return Write(m, ref plan, buffer, offload, out info, now);
                }

                if (m.Tcp.State == SubflowState.Closed)
                {
                    lifecycle.Remove(m);
                    isFewer = true;
                }
            }

            if (!lifecycle.IsOver && outflow.Assign(now, maxPayload) is { } given)
            {
                _turn = given.Slot;
            }
            else if (!isFewer && (lifecycle.IsOver || !Signalling.Announce(s, now)))
            {
                info = default;
                return 0;
            }
        }
    }

    private int Write(Member m, ref SegmentPlan plan, Span<byte> buffer, bool offload, out PacketInfo info, Instant now)
    {
        SegmentOptions.Fill(s, m, ref plan, now);
        if (plan.Kind == SegmentKind.Retransmission)
        {
            // It fills a gap: who gathers segments on the way has nothing to wait for.
            plan.Header.Flags |= TcpFlags.Psh;
        }

        ReadOnlySpan<byte> first = [];
        ReadOnlySpan<byte> second = [];
        if (plan.PayloadLength > 0)
        {
            m.DataSentAt = now;
            s.Send.Read(plan.Dsn, plan.PayloadLength, out first, out second);
        }

        var length = PacketWriter.Write(buffer, m.Tuple, plan.Header, first, second, offload ? ChecksumMode.Partial : ChecksumMode.Full);
        m.Tcp.HandleSent(plan, now);
        if (m.Signals.Any && m.IsUsable && (s.IsConfirmed || s.ServerSide))
        {
            m.Speak();
        }

        stream.HandleWindowTold();
        info = new PacketInfo
        {
            ChecksumPartial = offload,
            GsoSize = plan.PayloadLength > plan.Mss ? (ushort)plan.Mss : (ushort)0,
        };
        return length;
    }
}
