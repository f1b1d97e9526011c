using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>
/// Takes what an acceptable segment of a multipath connection brings: data ACK, mapping, payload (RFC 8684 section 3.3).
/// </summary>
internal static class Intake
{
    /// <summary>Takes a segment.</summary>
    public static Verdict Handle(Session s, Member m, in ParsedPacket packet, in SegmentOutcome outcome, Instant now)
    {
        var kinds = packet.Options.Mptcp.Kinds;
        var mapped = false;
        DssMap map = default;
        if ((kinds & MptcpKinds.Dss) != 0)
        {
            var verdict = HandleDss(s, m, packet, now, out map, out mapped);
            if (verdict.Kind != VerdictKind.Continue)
            {
                return verdict;
            }
        }
        else if ((kinds & MptcpKinds.Capable) != 0)
        {
            mapped = TryMapFirst(s, m, packet.Options.Mptcp.Capable, out map);
        }
        else if (kinds == MptcpKinds.None && Fallback.Judge(s, m, outcome) is { Kind: not VerdictKind.Continue } verdict)
        {
            return verdict;
        }

        if ((outcome.Events & SegmentEvents.Payload) == 0)
        {
            NoteEnd(s, m);
            return Verdict.Continue;
        }

        var result = TakePayload(s, m, packet, outcome, map, mapped);
        NoteEnd(s, m);
        return result;
    }

    /// <summary>Notes a data ACK, wherever it came from.</summary>
    public static void Acknowledge(Session s, Dsn64 ack, Instant now)
    {
        var fresh = s.Send.Acknowledge(Dsn64.Earlier(ack, s.Send.End));
        s.Counters.BytesAcknowledged += fresh;
        s.Counters.LastProgress = now;
        s.Ends.HandleAcknowledged(ack);
    }

    private static Verdict HandleDss(Session s, Member m, in ParsedPacket packet, Instant now, out DssMap map, out bool mapped)
    {
        ref readonly var dss = ref packet.Options.Mptcp.Dss;
        map = default;
        mapped = false;
        s.IsConfirmed = true;
        m.IsConfirmed = true;
        if (dss.HasAck)
        {
            var ack = dss.AckNear(s.Peer.Acknowledged);
            if (s.Peer.Handle(ack, (long)packet.Window << m.PeerShift, s.SentEnd))
            {
                Acknowledge(s, ack, now);
            }
        }

        if (!dss.HasMap)
        {
            return Verdict.Continue;
        }

        if (dss.DataLength == 0)
        {
            // A mapping without end: the peer fell back (section 3.7).
            return new Verdict(VerdictKind.FallBack);
        }

        if (dss.HasChecksum != s.Checksum)
        {
            return Verdict.Reset(ResetReason.MptcpError);
        }

        s.HandlePeerWidth(dss.IsWideDsn);
        map = new DssMap(dss.DsnNear(s.Receive.Next), new Seq32(dss.SubflowSeq), dss.DataLength, dss.IsDataFin, dss.Checksum);
        mapped = map.Length > 0;
        if (!map.DataFin)
        {
            return Verdict.Continue;
        }

        if (map.Length == 0 && s.Checksum && MapChecksum.Of(map, 0) != map.Checksum)
        {
            m.Assembler!.Blame(map.Dsn);
            return new Verdict(VerdictKind.ChecksumFailed);
        }

        // What a checksum is yet to tell of may be wrong.
        return map.Length == 0 || !s.Checksum ? TakeEnd(s, m, map.Dsn + map.Length) : Verdict.Continue;
    }

    // Nothing ever moves the end of a stream: one that lies before what has come, or elsewhere than before, is an error.
    private static Verdict TakeEnd(Session s, Member m, Dsn64 end)
    {
        if (end > s.Receive.WindowEdge)
        {
            return Verdict.Continue;
        }

        if (!s.Receive.TryEnd(end))
        {
            return Verdict.Reset(ResetReason.MptcpError);
        }

        // Also when it came before: our acknowledgment of it was lost.
        s.Ends.HandlePeerFin(end);
        m.Tcp.RequestAck();
        return Verdict.Continue;
    }

    // MP_CAPABLE with a length maps the first data, at the first number of both sequences (section 3.1).
    private static bool TryMapFirst(Session s, Member m, in MpCapable capable, out DssMap map)
    {
        map = default;
        if (capable.Form < CapableForm.Data || !s.ServerSide || m.Join != JoinPhase.None
            || (capable.Form == CapableForm.DataWithChecksum) != s.Checksum)
        {
            return false;
        }

        s.IsConfirmed = true;
        m.IsConfirmed = true;
        map = new DssMap(s.Keys!.RemoteStart + 1, new Seq32(1), capable.DataLength, false, capable.Checksum);
        return map.Length > 0;
    }

    private static Verdict TakePayload(
        Session s, Member m, in ParsedPacket packet, in SegmentOutcome outcome, in DssMap map, bool mapped)
    {
        var before = s.Receive.Next;
        var ssn = new Seq32(unchecked(outcome.PayloadSeq.Value - m.RemoteStart.Value));
        var data = packet.Payload.Slice(outcome.PayloadOffset, outcome.PayloadLength);
        var result = m.Assembler!.Take(ssn, data, map, mapped);
        m.Assembler.Release(new Seq32(unchecked(outcome.ReceivedTo.Value - m.RemoteStart.Value)));
        s.Counters.BytesReceived += s.Receive.Next - before;
        return result switch
        {
            Assembly.Taken when m.Assembler.TryTakeEnd(out var end) => TakeEnd(s, m, end),
            Assembly.ChecksumFailed => new Verdict(VerdictKind.ChecksumFailed),
            Assembly.Unmapped => Verdict.Reset(ResetReason.MptcpError),
            _ => Verdict.Continue,
        };
    }

    private static void NoteEnd(Session s, Member m)
    {
        if (s.Ends.HandleReceived(s.Receive.Next))
        {
            m.Tcp.RequestAck();
        }
    }
}
