using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol.Connection;

/// <summary>Shows schedulers the connection and its usable subflows, as they are at the moment of a pick.</summary>
internal sealed class Outlook(Session s)
{
    private readonly SubflowView[] _views = new SubflowView[SubflowView.MaxSubflows];
    private readonly Member[] _viewed = new Member[SubflowView.MaxSubflows];
    private Instant _waitingSince;

    /// <summary>The subflows of the last views, in their order.</summary>
    public ReadOnlySpan<Member> Viewed => _viewed;

    /// <summary>Notes since when the oldest byte waits that no subflow was given.</summary>
    public void HandleWaiting(Instant now) => _waitingSince = now;

    /// <summary>The subflows, for new data.</summary>
    public ReadOnlySpan<SubflowView> View(Instant now)
    {
        var count = 0;
        foreach (var m in s.Members)
        {
            if (m is null || !m.IsUsable)
            {
                continue;
            }

            _viewed[count] = m;
            ref var view = ref _views[count++];
            Fill(ref view, m, now);
            view.UncarriedBytes = s.Send.End - m.Cursor;
            view.Carries = false;
        }

        return _views.AsSpan(0, count);
    }

    /// <summary>
    /// The subflows, for bytes that one of them may have lost. Of those of a dead one it is looked up who carries them already; else who
    /// owes older ones counts as their carrier too, so that a loss is not answered by more copies than the paths are worth.
    /// </summary>
    /// <param name="asked">The first of those bytes.</param>
    /// <param name="now">The time.</param>
    public ReadOnlySpan<SubflowView> ViewFor(Dsn64 asked, Instant now)
    {
        var count = View(now).Length;
        for (var i = 0; i < count; i++)
        {
            var tcp = _viewed[i].Tcp;
            _views[i].Carries = tcp.TryGetLowestDsn(out var lowest) && lowest <= asked
                && (!s.Reinject.IsTakeover || _views[i].Space <= 0 || tcp.IsCarrying(asked));
        }

        return _views.AsSpan(0, count);
    }

    /// <summary>The connection.</summary>
    public SendView Describe(Instant now) => new()
    {
        Now = now,
        UnsentBytes = s.Send.End - s.Unsent,
        WaitingSince = _waitingSince,
        SendWindow = Math.Max(0, s.Peer.Edge - s.Peer.Acknowledged),
        InFlight = s.Unsent - s.Peer.Acknowledged,
    };

    /// <summary>How long an ACK may take on a subflow before its data is given to another: any, and one that is owed at once.</summary>
    public (Duration Overdue, Duration Suspect) Patience(Member m, Instant now)
    {
        var view = default(SubflowView);
        Fill(ref view, m, now);
        return (s.Scheduler.OverdueAfter(view), s.Scheduler.SuspectAfter(view));
    }

    private static void Fill(ref SubflowView view, Member m, Instant now)
    {
        var rtt = m.Tcp.Rtt;
        view.Id = m.Slot;
        view.Usable = true;
        view.Backup = m.PeerBackup || m.Backup;
        view.Stale = m.IsStale;
        view.Srtt = rtt.Smoothed;
        view.RttVar = rtt.Variance;
        view.Rto = rtt.Timeout;
        view.Mss = m.Tcp.Mss;
        view.Cwnd = m.Tcp.Congestion.Window;
        view.SlowStartThreshold = m.Tcp.Congestion.SlowStartThreshold;
        view.QueuedBytes = m.QueuedBytes;
        view.Space = m.Tcp.SendSpace(now);

        // Without a measured round trip, as after a lost SYN, it has no bound (as in Linux): with none it would never be picked.
        view.PacingRate = view.Cwnd * 1_000_000L / Math.Max(1, rtt.Smoothed.Micros);
        view.CostClass = m.CostClass;
        view.Weight = m.Weight;
    }
}
