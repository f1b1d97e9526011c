using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>Swallows SYNs and SYN/ACKs that carry an MPTCP option, as some firewalls do with what they do not know.</summary>
/// <param name="onlyAnswers">Swallow SYN/ACKs only, so that the server has a handshake that its client knows nothing of.</param>
internal sealed class DropMptcpSyns(bool onlyAnswers = false) : Middlebox
{
    /// <inheritdoc/>
    private protected override void Handle(Packet packet, Heading heading, Instant now)
    {
        if (TcpFrame.TryRead(packet.Span, out var frame) && frame.Has(TcpFrame.Syn)
            && (!onlyAnswers || frame.Has(TcpFrame.Ack)) && HasMptcp(frame))
        {
            Drop(packet);
            return;
        }

        Pass(packet, heading, now);
    }

    private static bool HasMptcp(in TcpFrame frame)
    {
        var options = new TcpOptionList(frame.Options);
        while (options.MoveNext())
        {
            if (options.Kind == TcpOptionList.Mptcp)
            {
                return true;
            }
        }

        return false;
    }
}
