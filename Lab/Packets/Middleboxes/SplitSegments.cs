using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// Cuts a segment in two at a place inside its payload, as a proxy does whose next link has a smaller MTU: both parts carry all
/// options, the second alone what ends the data. It verifies what it cuts, as it has to sum up anew.
/// </summary>
/// <param name="above">Payloads longer than this are cut; at least 1.</param>
internal sealed class SplitSegments(int above) : Middlebox
{
    /// <inheritdoc/>
    private protected override void Handle(Packet packet, Heading heading, Instant now)
    {
        if (!TcpFrame.TryRead(packet.Span, out var frame) || frame.Payload.Length <= above || frame.Has(TcpFrame.Syn))
        {
            Pass(packet, heading, now);
            return;
        }

        if (!frame.IsIntact)
        {
            Drop(packet);
            return;
        }

        Meddled++;
        var second = Pool.Rent();
        Cut(frame, second, frame.Payload.Length - above);
        packet.Length = frame.AllHeaders + above;
        frame.Resized(packet.Bytes, above).Seal((byte)(frame.Flags & ~(TcpFrame.Fin | TcpFrame.Psh)));
        Pass(packet, heading, now);
        Pass(second, heading, now);
    }

    private static void Cut(in TcpFrame frame, Packet second, int length)
    {
        frame.Ip[..frame.AllHeaders].CopyTo(second.Bytes);
        frame.Payload[^length..].CopyTo(second.Bytes.AsSpan(frame.AllHeaders));
        second.Renew(frame.AllHeaders + length, default);
        var rest = frame.Resized(second.Bytes, length);
        rest.SetSequence(frame.Sequence + (uint)(frame.Payload.Length - length));
        rest.Seal(frame.Flags);
    }
}
