using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>SYN and SYN/ACK: what both ends agree on, in either role and when both begin at once (RFC 9293 section 3.5).</summary>
internal sealed class Handshake(ControlBlock control, Sender sender, Receiver receiver, ICongestionControl congestion)
{
    // RFC 6298 section 5.7.
    private static readonly Duration TimeoutAfterLostSyn = Duration.FromSeconds(3);

    private readonly ChallengeLimit _repeatLimit = new();
    private bool _isDue;
    private int _sent;
    private bool _offersScale = control.Options.WindowScale > 0;
    private bool _offersSack = control.Options.SelectiveAcks;
    private bool _offersTimestamps = control.Options.Timestamps;
    private Instant _sentAt = Instant.Never;

    /// <summary>Sends a SYN.</summary>
    public void Connect()
    {
        control.State = SubflowState.SynSent;
        _isDue = true;
    }

    /// <summary>Answers a SYN.</summary>
    public void Accept(in ParsedPacket syn, int window, Instant now)
    {
        ReadSyn(syn, window, now);
        control.State = SubflowState.SynReceived;
        _isDue = true;
    }

    /// <summary>Takes up a handshake whose SYN/ACK was sent once, nobody remembers when.</summary>
    public void Resume(in ParsedPacket syn, int window, Instant now)
    {
        ReadSyn(syn, window, now);
        control.State = SubflowState.SynReceived;
        _sent = 1;
    }

    public bool Poll(int window, ref SegmentPlan plan, Instant now)
    {
        if (!_isDue)
        {
            return false;
        }

        plan.Kind = SegmentKind.Syn;
        plan.Attempt = _sent;
        ref var header = ref plan.Header;
        header.Seq = sender.Initial;
        header.Flags = TcpFlags.Syn;

        // The window of a SYN is never shifted (RFC 7323 section 2.2).
        header.Window = (ushort)Math.Min(window, ushort.MaxValue);
        header.Options.Mss = control.Sizes.Advertised;
        header.Options.WindowScale = _offersScale ? control.Options.WindowScale : null;
        header.Options.SackPermitted = _offersSack;
        header.Options.Timestamps = _offersTimestamps ? control.Timestamps.Option(now) : null;
        if (control.State == SubflowState.SynReceived)
        {
            header.Flags |= TcpFlags.Ack;
            header.Ack = receiver.Next;
        }

        return true;
    }

    public void HandleSent(Instant now)
    {
        _isDue = false;
        _sentAt = now;
        _sent++;
        control.Timers.Set(SubflowTimer.Retransmit, now + control.Rtt.Timeout);
    }

    public void HandleTimeout()
    {
        if (_sent > control.Options.HandshakeRetries)
        {
            control.Finish(SubflowEnd.HandshakeTimedOut);
            return;
        }

        control.Rtt.BackOff();
        _isDue = true;
    }

    /// <summary>Takes a segment in SYN-SENT (RFC 9293 section 3.10.7.3).</summary>
    /// <returns>False when the segment acknowledges what was never sent: it is answered with RST.</returns>
    public bool HandleInSynSent(in ParsedPacket packet, int window, ref SegmentOutcome outcome, Instant now)
    {
        var hasAck = packet.Has(TcpFlags.Ack);
        if (hasAck && (_sent == 0 || packet.Ack != sender.Next))
        {
            return packet.Has(TcpFlags.Rst);
        }

        if (packet.Has(TcpFlags.Rst))
        {
            if (hasAck)
            {
                control.Finish(SubflowEnd.Refused);
                outcome.Events |= SegmentEvents.Reset | SegmentEvents.Acceptable;
            }

            return true;
        }

        if (!packet.Has(TcpFlags.Syn))
        {
            return true;
        }

        ReadSyn(packet, window, now);
        outcome.Events |= SegmentEvents.SynReceived | SegmentEvents.Acceptable;
        if (hasAck)
        {
            Establish(packet, packet.Window, ref outcome, now);
            receiver.Acks.Request();
        }
        else
        {
            // Both began at once: the SYN goes again, with an ACK.
            control.State = SubflowState.SynReceived;
            _isDue = true;
        }

        return true;
    }

    /// <summary>Takes a SYN in SYN-RECEIVED: the peer's again, or its SYN/ACK when both began at once.</summary>
    /// <returns>Whether that is all there is to it.</returns>
    public bool HandleSynInSynReceived(in ParsedPacket packet, ref SegmentOutcome outcome, Instant now)
    {
        if (packet.Seq != receiver.Initial)
        {
            return false;
        }

        if (!packet.Has(TcpFlags.Ack))
        {
            _isDue |= _repeatLimit.TryTake(now);
        }
        else if (packet.Ack == sender.Next)
        {
            outcome.Events |= SegmentEvents.SynReceived | SegmentEvents.Acceptable;
            Establish(packet, packet.Window, ref outcome, now);
            receiver.Acks.Request();
        }

        return true;
    }

    /// <summary>Takes the ACK of our SYN/ACK.</summary>
    /// <returns>False when it acknowledges something else: it is answered with RST.</returns>
    public bool HandleAckInSynReceived(in ParsedPacket packet, ref SegmentOutcome outcome, Instant now)
    {
        if (packet.Ack != sender.Next)
        {
            return false;
        }

        Establish(packet, packet.Window << sender.Peer.Shift, ref outcome, now);
        return true;
    }

    private void ReadSyn(in ParsedPacket syn, int window, Instant now)
    {
        ref readonly var options = ref syn.Options;
        _offersScale &= options.WindowScale is not null;
        _offersSack &= options.SackPermitted;
        _offersTimestamps &= options.Timestamps is not null;
        sender.Peer.Shift = _offersScale ? options.WindowScale ?? 0 : (byte)0;
        control.ReceiveShift = _offersScale ? control.Options.WindowScale : (byte)0;
        control.SelectiveAcks = _offersSack;
        control.Timestamps.IsEnabled = _offersTimestamps;
        control.Sizes.HandlePeer(options.Mss, _offersTimestamps);
        receiver.Start(syn.Seq, Math.Min(window, ushort.MaxValue));
        control.Timestamps.HandleSegment(options.Timestamps, syn.Seq, syn.Seq, now);
        sender.Peer.Start(syn.Seq, sender.Initial, syn.Window);
    }

    private void Establish(in ParsedPacket packet, int peerWindow, ref SegmentOutcome outcome, Instant now)
    {
        control.State = SubflowState.Established;
        control.Timers.Stop(SubflowTimer.Retransmit);
        _isDue = false;
        sender.HandleSynAcked(packet.Seq, packet.Ack, peerWindow);
        congestion.HandleSegmentSize(control.Sizes.Mss, now);
        if (_sent == 1 && _sentAt != Instant.Never)
        {
            control.Rtt.HandleSample(now - _sentAt, now);
        }
        else if (_sent != 1)
        {
            // A lost SYN says that the path is bad or full (RFC 5681 section 3.1).
            control.Rtt.ResetBackoff();
            control.Rtt.RaiseBase(TimeoutAfterLostSyn);
            congestion.HandleIdle(control.Sizes.Mss, Duration.Zero, now);
        }

        outcome.Events |= SegmentEvents.Established;
        outcome.AckedTo = packet.Ack;
    }
}
