using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// Joins a segment with the next one of its flow when their data are contiguous, as receive offload in a router does. The gentle kind does
/// so only when their options say the same; the rude kind keeps those of the first, so that a mapping may get lost (RFC 8684 section 3.3.1
/// speaks of such boxes).
/// </summary>
/// <param name="rude">Which kind.</param>
/// <param name="patience">How long it holds a segment for the next one.</param>
internal sealed class MergeSegments(bool rude, Duration patience) : Middlebox
{
    private readonly Packet?[] _held = new Packet?[2];
    private readonly Instant[] _until = [Instant.Never, Instant.Never];

    /// <inheritdoc/>
    internal override void HandleDue(Instant now)
    {
        foreach (var heading in (ReadOnlySpan<Heading>)[Heading.Up, Heading.Down])
        {
            if (_until[(int)heading] <= now)
            {
                Release(heading, now);
            }
        }

        WakeAt(Instant.Earlier(_until[0], _until[1]));
    }

    /// <inheritdoc/>
    private protected override void Handle(Packet packet, Heading heading, Instant now)
    {
        var mergeable = TcpFrame.TryRead(packet.Span, out var frame) && frame.IsPlainData && frame.IsIntact;
        if (_held[(int)heading] is { } held)
        {
            if (mergeable && TcpFrame.TryRead(held.Span, out var first) && CanFollow(first, frame))
            {
                Meddled++;
                Append(held, first, frame);
                Pool.Return(packet);
                Release(heading, now);
                return;
            }

            Release(heading, now);
        }

        if (mergeable)
        {
            _held[(int)heading] = packet;
            _until[(int)heading] = now + patience;
            WakeAt(Instant.Earlier(_until[0], _until[1]));
        }
        else
        {
            Pass(packet, heading, now);
        }
    }

    private void Release(Heading heading, Instant now)
    {
        var packet = _held[(int)heading]!;
        _held[(int)heading] = null;
        _until[(int)heading] = Instant.Never;
        Pass(packet, heading, now);
    }

    private bool CanFollow(in TcpFrame first, in TcpFrame second) =>
        first.IsFollowedBy(second)
        && first.Ip.Length + second.Payload.Length <= Pool.Capacity
        && (rude || first.Options.SequenceEqual(second.Options));

    private static void Append(Packet held, in TcpFrame first, in TcpFrame second)
    {
        var length = first.Payload.Length + second.Payload.Length;
        second.Payload.CopyTo(held.Bytes.AsSpan(first.Ip.Length));
        var flags = (byte)(first.Flags | second.Flags);
        held.Length = first.AllHeaders + length;
        var joined = first.Resized(held.Bytes, length);
        second.Tcp[8..12].CopyTo(joined.Tcp[8..]);
        second.Tcp[14..16].CopyTo(joined.Tcp[14..]);
        joined.Seal(flags);
    }
}
