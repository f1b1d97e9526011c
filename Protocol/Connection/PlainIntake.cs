using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Connection;

/// <summary>Takes what an acceptable segment of a connection without mappings brings: TCP's own numbers say all.</summary>
internal static class PlainIntake
{
    /// <summary>Takes a segment.</summary>
    public static void Handle(Session s, Member m, in ParsedPacket packet, in SegmentOutcome outcome, Instant now)
    {
        if (outcome.Has(SegmentEvents.AckAdvanced))
        {
            s.OwesInfiniteMap &= outcome.AckedTo <= s.InfiniteMapFrom;
            HandleAck(s, outcome.AckedTo - m.AckedTo, now);
            m.AckedTo = outcome.AckedTo;
        }

        if (outcome.Has(SegmentEvents.FinAcked))
        {
            s.Ends.MarkAcknowledged();
        }

        if (outcome.Has(SegmentEvents.Payload))
        {
            var before = s.Receive.Next;
            var data = packet.Payload.Slice(outcome.PayloadOffset, outcome.PayloadLength);
            s.Receive.Insert(s.Plain.At(Relative(m, outcome.PayloadSeq)), data);
            s.Plain.Advance(Relative(m, outcome.ReceivedTo));
            s.Counters.BytesReceived += s.Receive.Next - before;
        }

        if (outcome.Has(SegmentEvents.FinReceived))
        {
            s.Ends.HandlePeerFin(s.Receive.Next);
        }

        s.Ends.HandleReceived(s.Receive.Next);
    }

    private static void HandleAck(Session s, int count, Instant now)
    {
        // A FIN takes a number too, but no byte of the stream.
        var acknowledged = Dsn64.Earlier(s.Peer.Acknowledged + count, s.Unsent);
        if (s.Peer.Handle(acknowledged, 0, s.Unsent))
        {
            s.Counters.BytesAcknowledged += s.Send.Acknowledge(acknowledged);
            s.Counters.LastProgress = now;
        }
    }

    private static Seq32 Relative(Member m, Seq32 seq) => new(unchecked(seq.Value - m.RemoteStart.Value));
}
