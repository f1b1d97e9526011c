using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Connection;

/// <summary>
/// Sees that bytes stay unacknowledged for too long and has them given to another subflow (RFC 8684 sections 3.3.6 and 3.3.7).
/// </summary>
/// <remarks>
/// A subflow without any progress for as long as its scheduler allows is stale: all that it carries goes elsewhere at once and new data
/// passes it by until it answers. So is, sooner, one whose peer owes an ACK that is late: see <see cref="Suspicion"/>. A subflow that
/// moves but keeps the oldest byte has only that mapping given to another.
/// </remarks>
internal sealed class Watch(Session s, Outlook outlook)
{
    /// <summary>Timeouts after which a subflow that seems to carry the oldest byte is looked at closely.</summary>
    private const int OwedPatience = 4;

    private static readonly Duration _leastHeadTimeout = Duration.FromMillis(200);

    private Dsn64 _headRescued;
    private bool _hasRescued;
    private Instant _headRescuedAt;

    // All is acknowledged, and nothing waits. What waits may wait for a subflow that is dead and owes bytes which others brought.
    private bool IsIdle => s.Mode != Mode.Multipath || s.Peer.Acknowledged == s.Send.End;

    /// <summary>When to look again.</summary>
    public Instant Deadline(Instant now)
    {
        var next = Instant.Never;
        if (IsIdle)
        {
            return next;
        }

        next = HeadDeadline();
        if (s.MemberCount < 2)
        {
            return next;
        }

        foreach (var m in s.Members)
        {
            if (m is not null && m.IsUsable && m.QueuedBytes > 0 && !m.IsStale && s.HasOther(m))
            {
                var (overdue, suspect) = LateAt(m, now);
                next = Instant.Earlier(next, Instant.Earlier(overdue, suspect));
            }
        }

        return next;
    }

    /// <summary>Looks.</summary>
    public void HandleTimeout(Instant now)
    {
        if (IsIdle)
        {
            return;
        }

        if (now >= HeadDeadline())
        {
            RescueHead(now);
        }

        foreach (var m in s.Members)
        {
            if (m is null || !m.IsUsable || m.QueuedBytes == 0 || m.IsStale || !s.HasOther(m))
            {
                continue;
            }

            var (overdue, suspect) = LateAt(m, now);
            if (now >= suspect)
            {
                m.IsStale = true;
                m.Suspicion.Begin(OwedSince(m, now));
                s.Reinject.BeginTakeover(isFinal: false);
                Rescue(m);
            }
            else if (now >= overdue)
            {
                m.IsStale = true;
                Rescue(m);
            }
        }
    }

    /// <summary>Something of ours arrived on a subflow.</summary>
    public void HandleProgress(Member m, Instant now)
    {
        m.ProgressAt = now;
        if (m.IsStale)
        {
            m.IsStale = false;
            if (m.Suspicion.End(now, m.Tcp.Phase == RecoveryPhase.Open ? m.Tcp.Rtt.BaseTimeout : Duration.Zero))
            {
                // A loss whose copy is among what is called off is to be found again.
                s.Reinject.CallOff();
                _hasRescued = false;
            }
        }
    }

    /// <summary>A subflow has ended: everything that it carried is given to others.</summary>
    public void RescueAll(Member m)
    {
        if (m.Tcp.ChunkCount > 0)
        {
            s.Reinject.BeginTakeover(isFinal: true);
        }

        Rescue(m);
    }

    /// <summary>When a subflow is overdue, and when it is suspected.</summary>
    private (Instant Overdue, Instant Suspect) LateAt(Member m, Instant now)
    {
        var (overdue, suspect) = outlook.Patience(m, now);
        return (m.ProgressAt + overdue, OwedSince(m, now) + m.Suspicion.Patience(suspect, now));
    }

    // As long as other ACKs come a late one is no sign of anything. And what is older than the timeout was taken for lost and is not any
    // more: to copy it would keep new data from the subflow, which alone can tell soon what became of it.
    private static Instant OwedSince(Member m, Instant now)
    {
        var since = m.Tcp.AckOwedSince;
        return now - since > m.Tcp.Rtt.BaseTimeout ? Instant.Never : Instant.Later(since, m.ProgressAt - m.Tcp.Rtt.Smoothed);
    }

    // One that is merely overdue often lives: its load is given to others more sparingly (Outlook.ViewFor).
    private void Rescue(Member m)
    {
        for (var i = 0; i < m.Tcp.ChunkCount; i++)
        {
            var chunk = m.Tcp.GetChunk(i).Chunk;
            Rescue(chunk.Dsn, chunk.Dsn + chunk.Length);
        }
    }

    /// <summary>
    /// A subflow may have found a loss: if it did and holds up the oldest byte, that mapping goes to another too. Not every timer is one of
    /// losses: those of pacing and of delayed ACKs are the most frequent.
    /// </summary>
    public void HandleLoss(Member m)
    {
        var head = s.Peer.Acknowledged;
        if (!m.Tcp.HasLost || !s.HasOther(m) || (_hasRescued && _headRescued == head)
            || !m.Tcp.TryGetLowestDsn(out var lowest) || lowest > head)
        {
            return;
        }

        _headRescued = head;
        _hasRescued = true;
        var first = m.Tcp.GetChunk(0).Chunk;
        Rescue(first.Dsn, first.Dsn + first.Length);
    }

    /// <summary>
    /// A subflow ended that no path manager had closed. The peer may have ended others too, by an RST that was lost: where this end has
    /// nothing to send it would never learn of it (RFC 9293 section 3.5.1). So they are asked.
    /// </summary>
    public void AskOthers(Member ended)
    {
        if (s.Mode != Mode.Multipath || s.Ends.AreDone || ended.Reason is EndReason.Aborted or EndReason.AddressRemoved)
        {
            return;
        }

        foreach (var m in s.Members)
        {
            if (m is { IsUsable: true })
            {
                m.Tcp.Ask();
            }
        }
    }

    // The oldest byte is acknowledged on its subflow but not by a data ACK: the peer dropped it, which it may (section 3.3.5).
    // A subflow that owes an older byte most likely owes this one too and sees to it by itself; only when it is silent for long is it
    // asked.
    private Instant HeadDeadline()
    {
        if (s.Unsent == s.Peer.Acknowledged)
        {
            return Instant.Never;
        }

        var timeout = _leastHeadTimeout;
        var isOwed = false;
        foreach (var m in s.Members)
        {
            if (m is not null && m.IsUsable)
            {
                timeout = Duration.Longer(timeout, m.Tcp.Rtt.BaseTimeout);
                isOwed |= MayCarry(m) && m.Tcp.TryGetLowestDsn(out var lowest) && lowest <= s.Peer.Acknowledged;
            }
        }

        return Instant.Later(s.Counters.LastProgress, _headRescuedAt) + (timeout * (isOwed ? OwedPatience : 1));
    }

    private void RescueHead(Instant now)
    {
        _headRescuedAt = now;
        var head = s.Peer.Acknowledged;
        var end = Dsn64.Earlier(s.Unsent, head + Outflow.MaxChunk);
        foreach (var m in s.Members)
        {
            for (var i = 0; m is not null && MayCarry(m) && i < m.Tcp.ChunkCount; i++)
            {
                var chunk = m.Tcp.GetChunk(i).Chunk;
                if (chunk.Dsn <= head && head < chunk.Dsn + chunk.Length)
                {
                    return;
                }

                end = chunk.Dsn > head ? Dsn64.Earlier(end, chunk.Dsn) : end;
            }
        }

        Rescue(head, end);
    }

    // What a stale subflow carries does not count as on its way: it may never arrive.
    private static bool MayCarry(Member m) => m.IsUsable && !m.IsStale;

    private void Rescue(Dsn64 start, Dsn64 end)
    {
        start = Dsn64.Later(start, s.Peer.Acknowledged);
        if (start < end)
        {
            s.Reinject.Add(start, end);
        }
    }
}
