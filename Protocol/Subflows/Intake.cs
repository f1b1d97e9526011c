using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>The way of a segment through a subflow (RFC 9293 section 3.10.7).</summary>
/// <remarks>
/// 1. SYN-SENT takes it alone. 2. <see cref="SegmentCheck"/> looks at numbers, timestamps, RST and SYN. 3. In SYN-RECEIVED the ACK
/// completes the handshake. 4. The sender takes ACK, window and selective acknowledgments. 5. The receiver takes payload and FIN.
/// </remarks>
internal sealed class Intake(
    ControlBlock control, Sender sender, Receiver receiver, Handshake handshake, Closing closing, Prober prober, ResetPlan reset)
{
    private readonly SegmentCheck _check = new(control, sender, receiver, closing);

    public void Handle(in ParsedPacket packet, int window, bool takesPayload, ref SegmentOutcome outcome, Instant now)
    {
        if (control.State <= SubflowState.SynReceived && !HandleBeforeEstablished(packet, window, ref outcome, now))
        {
            return;
        }

        if (!_check.Admit(packet, ref outcome, now))
        {
            return;
        }

        prober.HandleHeard(now);
        if (control.State == SubflowState.SynReceived)
        {
            if (!handshake.HandleAckInSynReceived(packet, ref outcome, now))
            {
                reset.Request(packet.Ack);
                outcome.Events = SegmentEvents.None;
                return;
            }

            prober.Start(now);
        }

        sender.HandleAck(packet, ref outcome, now);
        if (outcome.Has(SegmentEvents.AckAdvanced) && sender.FinAcked)
        {
            outcome.Events |= SegmentEvents.FinAcked;
            closing.HandleFinAcked(now);
        }

        if ((packet.Payload.Length > 0 || packet.Has(TcpFlags.Fin)) && control.State != SubflowState.Closed)
        {
            if (takesPayload)
            {
                HandlePayload(packet, ref outcome, now);
            }
            else
            {
                receiver.Acks.Request();
            }
        }

        prober.Update(now);
    }

    // Returns whether the segment is to be processed further.
    private bool HandleBeforeEstablished(in ParsedPacket packet, int window, ref SegmentOutcome outcome, Instant now)
    {
        switch (control.State)
        {
            case SubflowState.SynSent:
                if (!handshake.HandleInSynSent(packet, window, ref outcome, now))
                {
                    reset.Request(packet.Ack);
                }
                else if (control.State == SubflowState.Established)
                {
                    prober.Start(now);
                }

                return false;
            case SubflowState.SynReceived when packet.Has(TcpFlags.Syn) && !packet.Has(TcpFlags.Rst):
                var isDone = handshake.HandleSynInSynReceived(packet, ref outcome, now);
                if (control.State == SubflowState.Established)
                {
                    prober.Start(now);
                }

                return !isDone;
            default:
                return control.State == SubflowState.SynReceived;
        }
    }

    private void HandlePayload(in ParsedPacket packet, ref SegmentOutcome outcome, Instant now)
    {
        // What is larger than we said we take was merged on its way.
        var segment = packet.GsoSize > 0 ? packet.GsoSize : Math.Min(packet.Payload.Length, control.Sizes.Advertised);
        receiver.HandlePayload(packet.Seq, packet.Payload.Length, packet.Has(TcpFlags.Fin), segment, ref outcome, now);
        if (outcome.Has(SegmentEvents.FinReceived))
        {
            closing.HandleFinReceived(now);
        }
    }
}
