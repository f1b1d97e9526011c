using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>When Multipath TCP is given up, and how plain TCP goes on from there (RFC 8684 section 3.7).</summary>
internal static class Fallback
{
    /// <summary>Judges a segment without any MPTCP option: something on the path strips them, or the peer has fallen back.</summary>
    /// <remarks>A peer whose subflow is past its end answers without options too; that says nothing.</remarks>
    /// <returns>FallBack when the connection can go on without them, Reset when it can do without the subflow.</returns>
    public static Verdict Judge(Session s, Member m, in SegmentOutcome outcome)
    {
        var hasAck = outcome.Has(SegmentEvents.AckAdvanced) && m.HasCarried && s.Unsent > s.Peer.Acknowledged && !m.IsClosing;
        var hasData = outcome.Has(SegmentEvents.Payload)
            && !m.Assembler!.Knows(new Seq32(unchecked(outcome.PayloadSeq.Value - m.RemoteStart.Value)));
        if (!hasAck && !hasData)
        {
            return Verdict.Continue;
        }

        if (IsPossible(s, m))
        {
            return new Verdict(VerdictKind.FallBack);
        }

        return hasAck || !m.IsConfirmed ? Verdict.Reset(ResetReason.MiddleboxInterference) : Verdict.Continue;
    }

    /// <summary>Whether the connection can go on as plain TCP: it has had one subflow only, so that its bytes are the stream's.</summary>
    public static bool IsPossible(Session s, Member m) =>
        m.Join == JoinPhase.None && s.MemberCount == 1 && s.Counters.SubflowsJoined == 0
        && s.Counters.BytesReinjected == 0 && !m.Tcp.State.IsOver();

    /// <summary>Goes on as plain TCP. The segment in hand is not taken yet.</summary>
    /// <param name="s">The connection.</param>
    /// <param name="m">Its only subflow.</param>
    public static void Begin(Session s, Member m)
    {
        s.Mode = Mode.Plain;
        s.Checksum = false;
        s.Reinject.Clear();
        m.Signals.Clear();

        // With one subflow ever, both sequences have run side by side from their first byte.
        var ssn = new Seq32(unchecked((uint)(s.Receive.Next - s.Keys!.RemoteStart)));
        var dsn = s.Receive.Next;
        s.Plain.Start(ssn, dsn);
        m.Assembler?.PlaceAll(ssn, dsn);

        // What the subflow has acknowledged is all that will ever be acknowledged of it.
        var acknowledged = m.Tcp.TryGetLowestDsn(out var lowest) ? lowest : s.Unsent;
        s.Peer.Handle(acknowledged, 0, s.SentEnd);
        s.Counters.BytesAcknowledged += s.Send.Acknowledge(Dsn64.Earlier(s.Peer.Acknowledged, s.Send.End));
        m.AckedTo = m.Tcp.AckedTo;
        s.Emit(StackEventKind.FellBack);
    }
}
