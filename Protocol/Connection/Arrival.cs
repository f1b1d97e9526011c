using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Connection;

/// <summary>Leads a segment through the parts of a connection that have to do with it.</summary>
internal sealed class Arrival(MptcpConnection connection, Session s, ByteStream stream, Watch watch, Lifecycle lifecycle)
{
    /// <summary>The first handshake is complete.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Takes a segment of a subflow.</summary>
    /// <returns>False for a SYN that may begin a new connection, as the subflow is only there to answer late segments.</returns>
    public bool Handle(Member m, in ParsedPacket packet, Instant now)
    {
        if (lifecycle.FastClosing is { } closing)
        {
            closing.Handle(m, packet, now);
            return true;
        }

        if (Opening.IsTooEarly(s, packet))
        {
            return true;
        }

        Opening.HandleRepeatedSyn(s, m, packet);
        var outcome = m.Tcp.HandleSegment(packet, now, takesPayload: CanKeep(m, packet));
        if (outcome.Events is SegmentEvents.None or SegmentEvents.MayReopen)
        {
            return outcome.Events == SegmentEvents.None;
        }

        var available = s.Receive.Available;
        var verdict = Take(m, packet, outcome, now);
        if (verdict.Kind != VerdictKind.Continue)
        {
            Act(m, verdict);
            if (s.Mode == Mode.Plain)
            {
                PlainIntake.Handle(s, m, packet, outcome, now);
            }
        }

        if (s.ReleasedAt != Instant.Never && s.Receive.Available > 0)
        {
            // The peer learns that what it sends is lost (RFC 9293 section 3.6.1).
            lifecycle.Abort(EndReason.Aborted);
        }

        stream.NoteReadable(available);
        stream.UpdateWindows();
        return true;
    }

    private Verdict Take(Member m, in ParsedPacket packet, in SegmentOutcome outcome, Instant now)
    {
        if (outcome.Has(SegmentEvents.Reset))
        {
            return lifecycle.TakeReset(m, packet);
        }

        if (outcome.Has(SegmentEvents.SynReceived))
        {
            var verdict = TakeSyn(m, packet, now);
            if (verdict.Kind != VerdictKind.Continue)
            {
                return verdict;
            }
        }

        if (outcome.Has(SegmentEvents.Acceptable))
        {
            m.HandleHeard(now);
            m.DataHeardAt = packet.Payload.IsEmpty ? m.DataHeardAt : now;
        }

        if (outcome.Has(SegmentEvents.Established))
        {
            var verdict = TakeEstablished(m, packet, now);
            if (verdict.Kind != VerdictKind.Continue)
            {
                return verdict;
            }
        }
        else if (outcome.Has(SegmentEvents.Acceptable) && m.Join != JoinPhase.None)
        {
            Joining.HandleLater(m, packet);
            Announce(m, now);
        }

        return outcome.Has(SegmentEvents.Acceptable) && !packet.Has(TcpFlags.Syn) && m.Assembler is not null
            ? TakeStream(m, packet, outcome, now)
            : Verdict.Continue;
    }

    private Verdict TakeSyn(Member m, in ParsedPacket packet, Instant now)
    {
        m.RemoteStart = packet.Seq;
        m.PeerShift = packet.Options.WindowScale ?? 0;
        if (!m.IsActive)
        {
            return Verdict.Continue;
        }

        if (m.Join != JoinPhase.None)
        {
            return Joining.HandleSynAck(s, m, packet, now);
        }

        Opening.HandleSynAck(s, packet);
        return Verdict.Continue;
    }

    private Verdict TakeEstablished(Member m, in ParsedPacket packet, Instant now)
    {
        m.AckedTo = m.Tcp.AckedTo;
        m.ProgressAt = now;
        if (m.Join == JoinPhase.None)
        {
            TakeConnected(m, packet, now);
            return Verdict.Continue;
        }

        m.StartAssembly(s);
        if (m.Join != JoinPhase.Challenged)
        {
            return Verdict.Continue;
        }

        var verdict = Joining.HandleThirdAck(s, m, packet);
        Announce(m, now);
        return verdict;
    }

    private void TakeConnected(Member m, in ParsedPacket packet, Instant now)
    {
        Opening.HandleThirdAck(s, packet);
        s.Checksum &= s.Mode == Mode.Multipath;
        m.StartAssembly(s);
        s.Counters.LastProgress = now;
        IsConnected = true;
        if (s.Mode == Mode.Multipath)
        {
            // The handshake's window is the first window of the connection (RFC 8684 section 3.3.4).
            var shift = packet.Has(TcpFlags.Syn) ? 0 : m.PeerShift;
            s.Peer.Handle(s.Peer.Acknowledged, (long)packet.Window << shift, s.SentEnd);
            s.Emit(StackEventKind.Created, m);
            if (s.ServerSide)
            {
                // Tells the peer that its keys have come, so that it may add subflows before there is data; it answers in kind.
                m.Tcp.RequestAck();
            }
        }

        s.Host.HandleConnected(connection, now);
    }

    private Verdict TakeStream(Member m, in ParsedPacket packet, in SegmentOutcome outcome, Instant now)
    {
        if (outcome.DeliveredBytes > 0 || outcome.Has(SegmentEvents.AckAdvanced))
        {
            watch.HandleProgress(m, now);
        }

        if (s.Mode != Mode.Multipath)
        {
            PlainIntake.Handle(s, m, packet, outcome, now);
            return Verdict.Continue;
        }

        var wasConfirmed = s.IsConfirmed;
        var verdict = Intake.Handle(s, m, packet, outcome, now);

        m.AckedTo = m.Tcp.AckedTo;
        if (s.IsConfirmed && !wasConfirmed)
        {
            s.Emit(StackEventKind.Established, m);
            SayWhatWaited();
        }

        // After that: what the peer announces with its first data ACK finds an established connection.
        if (verdict.Kind == VerdictKind.Continue)
        {
            verdict = Signalling.Handle(s, m, packet);
        }

        if (outcome.Has(SegmentEvents.LossFound))
        {
            watch.HandleLoss(m);
        }

        return verdict;
    }

    // Until the peer's first DSS every ACK repeats the keys and has no room for anything else. And the peer waits for a DSS of ours
    // too before it adds subflows (RFC 8684 section 3.1): with data under way it has one, else an ACK brings it.
    private void SayWhatWaited()
    {
        foreach (var member in s.Members)
        {
            if (member is { IsUsable: true } && (member.Signals.Any || !(s.ServerSide || member.HasCarried)))
            {
                member.Speak();
            }
        }
    }

    private void Act(Member m, in Verdict verdict)
    {
        switch (verdict.Kind)
        {
            case VerdictKind.Reset:
                lifecycle.Reset(m, verdict.Reason, EndReason.ProtocolError);
                break;
            case VerdictKind.FallBack:
                lifecycle.FallBack(m);
                break;
            case VerdictKind.ChecksumFailed:
                lifecycle.HandleChecksumFailed(m);
                break;
            case VerdictKind.FailReported:
                lifecycle.HandleFailReported(m);
                break;
            case VerdictKind.FastClosed:
                lifecycle.Abort(EndReason.Reset);
                break;
            case VerdictKind.Continue:
                break;
        }
    }

    private void Announce(Member m, Instant now)
    {
        if (m.Join == JoinPhase.Joined && !m.IsAnnounced)
        {
            m.IsAnnounced = true;
            m.ProgressAt = now;
            s.Counters.SubflowsJoined++;
            if (!m.IsActive)
            {
                s.Host.HandleJoinSettled();
            }

            s.Emit(StackEventKind.SubflowEstablished, m);
        }
    }

    // What TCP acknowledges must be kept: where nothing would bring it again, payload without a place counts as lost. The segment that
    // comes next always has its place, as it makes room: it completes the mapping that others wait for.
    private bool CanKeep(Member m, in ParsedPacket packet)
    {
        if (packet.Payload.IsEmpty)
        {
            return true;
        }

        if (s.Mode == Mode.Plain)
        {
            var ssn = new Seq32(unchecked(packet.Seq.Value - m.RemoteStart.Value));
            return s.Receive.CanPlace(s.Plain.At(ssn), packet.Payload.Length);
        }

        var length = packet.Payload.Length;
        return !s.Checksum || m.Assembler is null
            || (m.Assembler.HasMemoryFor(length) && (packet.Seq <= m.Tcp.ReceivedTo || m.Assembler.HasRoomBehindGap(length)));
    }
}
