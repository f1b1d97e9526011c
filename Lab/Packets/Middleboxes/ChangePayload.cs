using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// Changes a byte of the payload now and then and corrects the TCP checksum but not that of the mapping, as a gateway does that rewrites
/// what programs say: the case for which MPTCP has checksums (RFC 8684 section 3.7).
/// </summary>
/// <param name="every">One in this many segments with payload, up and down counted apart.</param>
internal sealed class ChangePayload(int every) : Middlebox
{
    private readonly int[] _seen = new int[2];

    /// <inheritdoc/>
    private protected override void Handle(Packet packet, Heading heading, Instant now)
    {
        if (TcpFrame.TryRead(packet.Span, out var frame) && frame.Payload.Length > 0 && ++_seen[(int)heading] % every == 0)
        {
            Meddled++;
            var at = frame.HeaderLength + (frame.Payload.Length / 2);
            frame.Overwrite(at, [(byte)~frame.Tcp[at]]);
        }

        Pass(packet, heading, now);
    }
}
