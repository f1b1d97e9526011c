using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>Which segments are let in (RFC 9293 section 3.10.7.4, RFC 7323 section 5, RFC 5961).</summary>
internal sealed class SegmentCheck(ControlBlock control, Sender sender, Receiver receiver, Closing closing)
{
    private readonly ChallengeLimit _limit = new();

    // Apart from the other one, which anybody can use up who knows the ports: a probe of the peer that is not answered is a dead path.
    private readonly ChallengeLimit _probeLimit = new();

    /// <summary>Looks at numbers, timestamps, RST and SYN; answers what is to be answered.</summary>
    /// <returns>Whether ACK, payload and FIN are to be processed.</returns>
    public bool Admit(in ParsedPacket packet, ref SegmentOutcome outcome, Instant now)
    {
        var isReset = packet.Has(TcpFlags.Rst);
        if (control.State == SubflowState.TimeWait && MayReopen(packet))
        {
            outcome.Events |= SegmentEvents.MayReopen;
            return false;
        }

        // A segment without timestamps where they were agreed on is taken, other than RFC 7323 section 3.2 wants: beside the largest
        // ADD_ADDR there is no room for them, and peers leave them out there (Linux: net.mptcp.add_addr_v6_port_drop_ts).
        if (!isReset && control.Timestamps.IsOld(packet.Options.Timestamps, now))
        {
            HandleUnacceptable(packet, now);
            return false;
        }

        if (!receiver.IsAcceptable(packet.Seq, packet.SequenceLength))
        {
            if (!isReset)
            {
                HandleUnacceptable(packet, now);
            }

            // A closed window refuses octets, and not what they came with (RFC 9293 section 3.10.7.4).
            if (isReset || !receiver.IsNextBehindClosedWindow(packet.Seq))
            {
                return false;
            }
        }

        return isReset ? HandleReset(packet, ref outcome, now) : AdmitAck(packet, ref outcome, now);
    }

    private bool AdmitAck(in ParsedPacket packet, ref SegmentOutcome outcome, Instant now)
    {
        if (packet.Has(TcpFlags.Syn))
        {
            // RFC 5961 section 4: a SYN never resets; a peer that restarted answers the ACK with RST.
            Challenge(now);
            return false;
        }

        if (!packet.Has(TcpFlags.Ack))
        {
            return false;
        }

        if (control.IsSynchronized && !sender.IsPlausible(packet.Ack))
        {
            Challenge(now);
            return false;
        }

        control.Timestamps.HandleSegment(packet.Options.Timestamps, packet.Seq, receiver.LastAckSent, now);
        outcome.Events |= SegmentEvents.Acceptable;
        return true;
    }

    // RFC 5961 section 3: only the very next number resets; another one within the window is asked about.
    private bool HandleReset(in ParsedPacket packet, ref SegmentOutcome outcome, Instant now)
    {
        if (control.State == SubflowState.TimeWait)
        {
            // An old duplicate must not end it: it is there to keep old duplicates off (RFC 1337 section 3, fix F1).
            return false;
        }

        if (packet.Seq != receiver.Next)
        {
            Challenge(now);
            return false;
        }

        control.Finish(SubflowEnd.Reset);
        outcome.Events |= SegmentEvents.Reset | SegmentEvents.Acceptable;
        return false;
    }

    private void HandleUnacceptable(in ParsedPacket packet, Instant now)
    {
        if (packet.Has(TcpFlags.Fin))
        {
            closing.HandleRepeatedFin(now);
        }

        // Payload that came before has to be answered each time: the sender may have lost the ACK. The rest could be a forger's.
        if (packet.Payload.Length > 0 || packet.Has(TcpFlags.Fin))
        {
            receiver.HandleUnacceptable(packet.Seq, packet.Payload.Length);
        }
        else if (packet.Seq != receiver.Next - 1)
        {
            Challenge(now);
        }
        else if (_probeLimit.TryTake(now))
        {
            receiver.Acks.Request();
        }
    }

    private void Challenge(Instant now)
    {
        if (_limit.TryTake(now))
        {
            receiver.Acks.Request();
        }
    }

    private bool MayReopen(in ParsedPacket packet) =>
        packet.Has(TcpFlags.Syn) && !packet.Has(TcpFlags.Rst) && !packet.Has(TcpFlags.Ack)
        && (packet.Seq > receiver.Next || control.Timestamps.IsNewer(packet.Options.Timestamps));
}
