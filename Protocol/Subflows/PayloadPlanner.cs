using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>Picks the payload of the next segment: what is lost, a probe of the tail, new data, FIN.</summary>
internal sealed class PayloadPlanner(ControlBlock control, Sender sender)
{
    /// <summary>Which payload to send now, if any.</summary>
    public bool Poll(int maxPayload, ref SegmentPlan plan, Instant now)
    {
        var mss = control.Sizes.Mss;
        var largest = Math.Min(maxPayload, control.MtuProbe.Due(now));
        maxPayload = maxPayload < mss ? maxPayload : maxPayload - (maxPayload % mss);
        return maxPayload > 0 && (PollLost(maxPayload, ref plan, now)
            || (sender.Recovery.ProbeDue && PollProbe(maxPayload, ref plan))
            || (largest > mss && PollMtuProbe(largest, ref plan, now))
            || PollNew(maxPayload, ref plan, now));
    }

    /// <summary>
    /// Whether nothing follows new data of some octets at once. It gets PSH then, so that whoever gathers segments on the way, as the
    /// receive offload of the peer's kernel does, passes on what it has.
    /// </summary>
    public bool EndsBurst(int octets, Instant now)
    {
        var rest = sender.Unsent - octets;
        if (rest <= 0 || !sender.Pacer.AllowsAfter(octets, now))
        {
            return true;
        }

        var least = Math.Min(rest, control.Sizes.Mss);
        var waitsForCompany = control.Options.Nagle && rest < control.Sizes.Mss && !sender.FinQueued;
        var congestion = sender.Recovery.Window - sender.Recovery.Board.InFlight;
        return waitsForCompany || Math.Min(congestion, sender.UsableWindow) - octets < least;
    }

    private bool PollLost(int maxPayload, ref SegmentPlan plan, Instant now)
    {
        var index = sender.Recovery.Board.FirstLost();
        if (index < 0)
        {
            return false;
        }

        var payload = sender.Recovery.Board[index].Payload;
        var octets = Math.Min(payload, maxPayload);
        var room = sender.Recovery.Window - sender.Recovery.Board.InFlight;
        var mss = control.Sizes.Mss;
        if (payload > 0 && octets > room)
        {
            var isForced = sender.Recovery.MustRetransmit || sender.Recovery.Board.InFlight == 0;
            octets = isForced ? Math.Min(payload, mss) : Math.Min(octets, room - (room % mss));
        }

        octets = Math.Min(octets, sender.TrialLimit(index));

        if ((octets <= 0 && payload > 0) || !(sender.Pacer.Allows(now) || sender.Recovery.MustRetransmit))
        {
            return false;
        }

        PlanAgain(index, 0, octets, ref plan);
        return true;
    }

    private bool PollProbe(int maxPayload, ref SegmentPlan plan)
    {
        // New data says more than old (RFC 8985 section 7.3), and the probe may go beyond the congestion window.
        var octets = Math.Min(Math.Min(sender.Unsent, maxPayload), Math.Min(sender.UsableWindow, control.Sizes.Mss));
        if (octets > 0)
        {
            PlanNew(octets, ref plan);
            return true;
        }

        var last = sender.Recovery.Board.Count - 1;
        octets = Math.Min(sender.Recovery.Board[last].Payload, Math.Min(maxPayload, control.Sizes.Mss));
        PlanAgain(last, sender.Recovery.Board[last].Payload - octets, octets, ref plan);
        return true;
    }

    // Never while something else is repaired (RFC 4821 section 7.4).
    private bool PollMtuProbe(int octets, ref SegmentPlan plan, Instant now)
    {
        var recovery = sender.Recovery;
        var room = Math.Min(sender.UsableWindow, recovery.Window - recovery.Board.InFlight);
        if (octets > Math.Min(room, sender.Unsent) || recovery.Phase != RecoveryPhase.Open || !sender.Pacer.Allows(now)
            || sender.Chunks[FirstUnsentChunk()].End - sender.Next < octets)
        {
            return false;
        }

        PlanNew(octets, ref plan);
        plan.Mss = octets;
        return true;
    }

    private bool PollNew(int maxPayload, ref SegmentPlan plan, Instant now)
    {
        var unsent = sender.Unsent;
        if (unsent == 0)
        {
            if (sender.FinQueued && !sender.FinSent)
            {
                PlanFin(ref plan);
                return true;
            }

            return false;
        }

        if (!sender.Pacer.Allows(now))
        {
            return false;
        }

        var mss = control.Sizes.Mss;
        var isAlone = sender.Recovery.Board.Count == 0;
        var congestion = sender.Recovery.Window - sender.Recovery.Board.InFlight;
        var room = Math.Min(isAlone ? Math.Max(congestion, mss) : congestion, sender.UsableWindow);
        var octets = Math.Min(maxPayload, unsent);
        if (octets > room)
        {
            octets = room >= mss ? room - (room % mss) : isAlone && room >= sender.LeastPortion ? room : 0;
        }

        var waitsForCompany = control.Options.Nagle && octets < mss && octets == unsent && !isAlone && !sender.FinQueued;
        if (octets <= 0 || waitsForCompany)
        {
            return false;
        }

        PlanNew(octets, ref plan);
        return true;
    }

    private void PlanNew(int octets, ref SegmentPlan plan)
    {
        var index = FirstUnsentChunk();
        ref var entry = ref sender.Chunks[index];
        octets = Math.Min(octets, entry.End - sender.Next);
        FillPayload(entry, sender.Next, octets, ref plan);
        plan.Kind = SegmentKind.Data;
        plan.RecordIndex = sender.Chunks.IdAt(index);
        if (sender.FinQueued && sender.Next + octets == sender.AssignedTo)
        {
            plan.Header.Flags |= TcpFlags.Fin;
        }
    }

    // A part of a record, which is cut when the part has left.
    private void PlanAgain(int index, int skipped, int octets, ref SegmentPlan plan)
    {
        ref var segment = ref sender.Recovery.Board[index];
        var start = segment.Start + skipped;
        if (segment.Payload > 0)
        {
            FillPayload(sender.Chunks.Find(segment.ChunkId), start, octets, ref plan);
        }

        plan.Kind = SegmentKind.Retransmission;
        plan.RecordIndex = index;
        plan.Header.Seq = start;
        if (segment.HasFin && skipped + octets == segment.Payload)
        {
            plan.Header.Flags |= TcpFlags.Fin;
        }
    }

    private void PlanFin(ref SegmentPlan plan)
    {
        plan.Kind = SegmentKind.Data;
        plan.Header.Seq = sender.Next;
        plan.Header.Flags |= TcpFlags.Fin;
    }

    private void FillPayload(in ChunkEntry entry, Seq32 seq, int octets, ref SegmentPlan plan)
    {
        plan.Header.Seq = seq;
        plan.PayloadLength = octets;
        plan.Dsn = entry.Chunk.Dsn + (seq - entry.Start);
        plan.Chunk = entry.Chunk;
        plan.ChunkSsn = unchecked((uint)(entry.Start - sender.Initial));
        plan.Mss = control.Sizes.Mss;
    }

    // Unsent chunks are at the end; as the connection assigns what can leave at once, there are few.
    private int FirstUnsentChunk()
    {
        var index = sender.Chunks.Count - 1;
        while (index > 0 && sender.Chunks[index - 1].End > sender.Next)
        {
            index--;
        }

        return index;
    }
}
