using Multipath.Lab.Packets.Middleboxes;
using Multipath.Lab.Packets.Watch;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// A node behind a device with receive offload (GRO): contiguous segments of a flow that say the same arrive as one of up to 64 KB, whose
/// checksum was verified. PSH, a shorter segment or a moment without another one ends it, as in Linux (net/ipv4/tcp_offload.c,
/// <c>tcp_gro_receive</c>).
/// </summary>
/// <param name="inner">The node.</param>
/// <param name="watch">Checks what the device makes of what comes.</param>
internal sealed class GatheringNode(INode inner, GatherWatch watch) : INode
{
    /// <summary>About the time that a slow link takes for a segment or two, so that it gathers there as well.</summary>
    private static readonly Duration Patience = Duration.FromMillis(1);

    private readonly byte[] _held = new byte[ushort.MaxValue];
    private readonly byte[] _came = new byte[ushort.MaxValue];
    private int _length;
    private ushort _segment;
    private Instant _until = Instant.Never;

    /// <inheritdoc/>
    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        watch.HandleReceived(packet);
        packet.CopyTo(_came);
        if (!TcpFrame.TryRead(_came.AsSpan(0, packet.Length), out var frame) || !frame.IsPlainData || !frame.IsIntact)
        {
            Release(now);
            PassOn(_came.AsSpan(0, packet.Length), info, now);
            return;
        }

        if (!TryAppend(frame))
        {
            Release(now);
            frame.Ip.CopyTo(_held);
            (_length, _segment, _until) = (frame.Ip.Length, (ushort)frame.Payload.Length, now + Patience);
        }

        if (frame.Has(TcpFrame.Psh) || frame.Payload.Length < _segment)
        {
            Release(now);
        }
    }

    /// <inheritdoc/>
    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now) => inner.PollTransmit(buffer, out info, now);

    /// <inheritdoc/>
    public Instant PollTimeout() => Instant.Earlier(inner.PollTimeout(), _until);

    /// <inheritdoc/>
    public void HandleTimeout(Instant now)
    {
        if (_until <= now)
        {
            Release(now);
        }

        if (inner.PollTimeout() <= now)
        {
            inner.HandleTimeout(now);
        }
    }

    private bool TryAppend(in TcpFrame next)
    {
        if (_length == 0 || !TcpFrame.TryRead(_held.AsSpan(0, _length), out var first) || !first.IsFollowedBy(next)
            || !first.Options.SequenceEqual(next.Options) || first.Acknowledgement != next.Acknowledgement
            || next.Payload.Length > _segment || _length + next.Payload.Length > _held.Length)
        {
            return false;
        }

        next.Payload.CopyTo(_held.AsSpan(_length));
        _length += next.Payload.Length;
        var joined = first.Resized(_held, first.Payload.Length + next.Payload.Length);
        next.Tcp[14..16].CopyTo(joined.Tcp[14..]);
        joined.Seal((byte)(first.Flags | next.Flags));
        return true;
    }

    private void Release(Instant now)
    {
        if (_length > 0 && TcpFrame.TryRead(_held.AsSpan(0, _length), out var frame))
        {
            (_length, _until) = (0, Instant.Never);
            var isOne = frame.Payload.Length <= _segment;
            var info = new PacketInfo { ChecksumTrusted = true, GsoSize = isOne ? (ushort)0 : _segment };
            PassOn(frame.Ip, info, now);
        }
    }

    private void PassOn(Span<byte> packet, in PacketInfo info, Instant now)
    {
        watch.HandlePassed(packet, info);
        inner.HandlePacket(packet, info, now);
    }
}
