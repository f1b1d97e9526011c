using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Connection;

/// <summary>Gives bytes of the stream to subflows: what is to be sent again first, then what is new, as the scheduler says.</summary>
internal sealed class Outflow(Session s, Outlook outlook)
{
    /// <summary>The largest mapping that is made: its length field has 16 bits and a DATA_FIN may take one.</summary>
    public const int MaxChunk = 65_534;

    /// <summary>Gives the next bytes to a subflow.</summary>
    /// <param name="now">The time.</param>
    /// <param name="maxPayload">Bytes of the largest packet's payload.</param>
    /// <returns>The subflow that has something to send now, or null.</returns>
    public Member? Assign(Instant now, int maxPayload)
    {
        if (s.Mode == Mode.Plain)
        {
            return AssignPlain(now);
        }

        if (s.Mode != Mode.Multipath)
        {
            return null;
        }

        var unsent = s.Send.End - s.Unsent;
        if (!s.Reinject.IsEmpty && Reinject(now) is { } again)
        {
            return again;
        }

        if (s.Scheduler.Mode == SchedulerMode.Redundant && s.MemberCount > 1)
        {
            return AssignEverywhere(now, maxPayload);
        }

        if (unsent > 0)
        {
            return s.MemberCount == 1 ? AssignOnly(now, unsent, maxPayload) : AssignPicked(now, unsent, maxPayload);
        }

        return null;
    }

    private Member? AssignPlain(Instant now)
    {
        var m = s.Members[0];
        var unsent = (int)(s.Send.End - s.Unsent);
        if (m is null || unsent == 0 || !m.IsUsable)
        {
            return null;
        }

        var space = m.Tcp.SendSpace(now);
        if (space <= 0)
        {
            Block(m, now);
            return null;
        }

        return Give(m, s.Unsent, Trim(m, Math.Min(unsent, space), unsent), now);
    }

    private Member? AssignOnly(Instant now, long unsent, int maxPayload)
    {
        Member? only = null;
        foreach (var m in s.Members)
        {
            only ??= m;
        }

        if (only is null || !only.IsUsable)
        {
            return null;
        }

        var room = Math.Min(unsent, s.Peer.Edge - s.Unsent);
        if (room <= 0)
        {
            Block(only, now);
            return null;
        }

        var space = only.Tcp.SendSpace(now);
        if (space <= 0)
        {
            Block(only, now);
            return null;
        }

        return Give(only, s.Unsent, Trim(only, (int)Math.Min(room, Math.Min(space, Largest(maxPayload))), unsent), now);
    }

    private Member? AssignPicked(Instant now, long unsent, int maxPayload)
    {
        var views = outlook.View(now);
        var send = outlook.Describe(now);
        var picked = s.Scheduler.Pick(views, send, out var bytes);
        if (picked < 0)
        {
            BlockAll(views.Length, now);
            return null;
        }

        var m = outlook.Viewed[picked];
        var room = Math.Min(unsent, s.Peer.Edge - s.Unsent);
        if (room <= 0)
        {
            s.Scheduler.HandleWindowLimited();
            Block(m, now);
            return null;
        }

        var start = s.Unsent;
        var length = Trim(m, (int)Math.Min(room, Math.Min(bytes, Largest(maxPayload))), unsent);
        var copies = s.Scheduler.PickCopies(views, send, picked, length);
        Give(m, start, length, now);
        s.Scheduler.HandleAssigned(m.Slot, length);
        for (var i = 0; copies != 0 && i < views.Length; i++)
        {
            if ((copies & (1 << i)) != 0 && i != picked)
            {
                Give(outlook.Viewed[i], start, length, now);
                s.Counters.BytesDuplicated += length;
                s.Scheduler.HandleAssigned(outlook.Viewed[i].Slot, length);
            }
        }

        return m;
    }

    private Member? AssignEverywhere(Instant now, int maxPayload)
    {
        foreach (var m in s.Members)
        {
            if (m is not null && m.Cursor < s.Peer.Acknowledged)
            {
                m.Cursor = s.Peer.Acknowledged;
            }
        }

        var views = outlook.View(now);
        var picked = s.Scheduler.Pick(views, outlook.Describe(now), out var bytes);
        if (picked < 0)
        {
            BlockAll(views.Length, now);
            return null;
        }

        var chosen = outlook.Viewed[picked];
        var left = s.Send.End - chosen.Cursor;
        var room = Math.Min(left, s.Peer.Edge - chosen.Cursor);
        if (room <= 0)
        {
            Block(chosen, now);
            return null;
        }

        var length = Trim(chosen, (int)Math.Min(room, Math.Min(bytes, Largest(maxPayload))), left);
        var start = chosen.Cursor;
        s.Counters.BytesDuplicated += Math.Max(0, Math.Min(length, s.Unsent - start));
        Give(chosen, start, length, now);
        chosen.Cursor = start + length;
        s.Scheduler.HandleAssigned(chosen.Slot, length);
        return chosen;
    }

    private Member? Reinject(Instant now)
    {
        s.Reinject.DropBefore(s.Peer.Acknowledged);
        if (s.Reinject.IsEmpty)
        {
            return null;
        }

        var range = s.Reinject.First;
        var views = outlook.ViewFor(range.Start, now);
        var picked = s.Scheduler.PickReinjection(views, outlook.Describe(now));
        if (picked < 0)
        {
            return null;
        }

        var m = outlook.Viewed[picked];
        if (s.Reinject.IsTakeover && m.QueuedBytes == 0)
        {
            m.Tcp.Congestion.HandleTakeover((int)Math.Min(s.Reinject.Bytes, int.MaxValue));
        }

        var space = Math.Max(m.Tcp.SendSpace(now), m.Tcp.Mss);
        var length = (int)Math.Min(range.Length, Math.Min(space, s.Checksum ? m.Tcp.Mss : MaxChunk));
        s.Reinject.DropBefore(range.Start + length);
        Give(m, range.Start, length, now);
        s.Counters.BytesReinjected += length;
        s.Scheduler.HandleAssigned(m.Slot, length);
        return m;
    }

    // There is data and the peer's window has no room for it: with nothing on its way that would make the peer speak, the subflow probes.
    private static void Block(Member m, Instant now)
    {
        if (m.QueuedBytes == 0)
        {
            m.Tcp.HandleWindowBlocked(now);
        }
    }

    private void BlockAll(int count, Instant now)
    {
        if (s.Unsent == s.Peer.Acknowledged)
        {
            for (var i = 0; i < count; i++)
            {
                Block(outlook.Viewed[i], now);
            }
        }
    }

    // Mappings span several packets, but with checksums one packet's payload, so that the peer need not wait for more.
    private int Largest(int maxPayload) => s.Checksum ? maxPayload : MaxChunk;

    // Whole segments, but for the end of what was written.
    private int Trim(Member m, int length, long unsent)
    {
        length = Math.Min(length, MaxChunk);
        if (!s.ServerSide && !s.IsConfirmed && s.Mode == Mode.Multipath && m.QueuedBytes == 0 && !m.HasCarried)
        {
            // The first mapping goes into MP_CAPABLE, of one segment.
            return Math.Min(length, m.Tcp.Mss);
        }

        var whole = length - (length % m.Tcp.Mss);
        return length == unsent || whole == 0 ? length : whole;
    }

    private Member Give(Member m, Dsn64 start, int length, Instant now)
    {
        ushort sum = 0;
        if (s.Checksum)
        {
            s.Send.Read(start, length, out var first, out var second);
            sum = Checksum.Append(Checksum.Sum(first), first.Length, Checksum.Sum(second));
        }

        var end = start + length;
        var fin = s.Mode == Mode.Multipath && s.Ends.IsOwed && end == s.Send.End && m.HasCarried;
        if (fin)
        {
            s.Ends.HandleSent(now, m.Tcp.Rtt.BaseTimeout, m.Slot);
        }

        if (m.QueuedBytes == 0)
        {
            m.ProgressAt = now;
        }

        m.Tcp.Assign(new Chunk
        {
            Dsn = start,
            Length = length,
            Checksum = sum,
            HasDataFin = fin,
            IsMergeable = !s.Checksum && m.HasCarried,
        });
        m.HasCarried = true;
        s.Unsent = Dsn64.Later(s.Unsent, end);
        if (s.Unsent < s.Send.End)
        {
            outlook.HandleWaiting(now);
        }

        return m;
    }
}
