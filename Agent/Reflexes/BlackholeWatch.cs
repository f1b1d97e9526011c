using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Reflexes;

/// <summary>A subflow that is watched.</summary>
/// <param name="Token">Its connection.</param>
/// <param name="Tuple">Its ends.</param>
/// <param name="Cautious">Its path gave a false alarm lately.</param>
internal sealed record WatchedSubflow(uint Token, FourTuple Tuple, bool Cautious);

/// <summary>A subflow fell silent, or one that had is heard again.</summary>
/// <param name="Token">The connection.</param>
/// <param name="Tuple">The subflow.</param>
/// <param name="Verdict">Which of the two, and why.</param>
internal sealed record BlackholeAlarm(uint Token, FourTuple Tuple, BlackholeVerdict Verdict);

/// <summary>
/// Watches the subflows of steered connections, each as often as it deserves: every tick while data is outstanding on it, seldom when it
/// is idle. A tick looks up only those that are due, one exact question each; nothing is allocated. Owned by one thread.
/// </summary>
internal sealed class BlackholeWatch(ISubflowProbe probe, Action<BlackholeAlarm> alarm)
{
    /// <summary>Of busy subflows: silence is seen half of this late on average.</summary>
    public static readonly TimeSpan BusyTick = TimeSpan.FromMilliseconds(10);

    /// <summary>The tick is this long for each busy subflow, when that is longer: 4,000 questions a second at most.</summary>
    public static readonly TimeSpan TickForEach = TimeSpan.FromMilliseconds(0.25);

    /// <summary>Of subflows that had nothing outstanding for a while: data that begins to flow is noticed within this.</summary>
    public static readonly TimeSpan IdleTick = TimeSpan.FromMilliseconds(100);

    /// <summary>Of subflows that were idle for long, so that a thousand sleeping connections cost nothing to speak of.</summary>
    public static readonly TimeSpan AsleepTick = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AsleepAfter = TimeSpan.FromSeconds(10);

    private Entry[] _entries = [];
    private int _busy;

    /// <summary>Subflows with data outstanding at the last tick.</summary>
    public int Busy => _busy;

    /// <summary>Replaces what is watched; what was watched before keeps its history.</summary>
    public void Watch(ImmutableArray<WatchedSubflow> subflows, DateTimeOffset now)
    {
        var before = _entries.ToDictionary(entry => entry.Watched.Tuple);
        _entries =
        [
            .. subflows.Select(watched => before.TryGetValue(watched.Tuple, out var known)
                ? known.With(watched)
                : new Entry(watched) { Due = now, BusyAt = now }),
        ];
    }

    /// <summary>Looks at the subflows that are due.</summary>
    /// <returns>When to call again; null when nothing is watched.</returns>
    public DateTimeOffset? HandleTick(DateTimeOffset now)
    {
        var next = DateTimeOffset.MaxValue;
        var busy = 0;
        var tick = TickForEach * _busy > BusyTick ? TickForEach * _busy : BusyTick;
        foreach (var entry in _entries)
        {
            if (entry.Due <= now)
            {
                Look(entry, tick, now);
            }

            busy += entry.Busy ? 1 : 0;
            next = entry.Due < next ? entry.Due : next;
        }

        _busy = busy;
        return _entries.Length == 0 ? null : next;
    }

    private void Look(Entry entry, TimeSpan tick, DateTimeOffset now)
    {
        if (!probe.TryRead(entry.Watched.Tuple, out var sample))
        {
            (entry.Busy, entry.Due) = (false, now + AsleepTick);
            return;
        }

        var verdict = entry.Detector.Observe(sample, entry.Watched.Cautious, now);
        entry.Busy = verdict.Busy;
        if (verdict.Busy)
        {
            entry.BusyAt = now;
        }

        var quiet = now - entry.BusyAt;
        entry.Due = now + (quiet < IdleAfter ? tick : quiet < AsleepAfter ? IdleTick : AsleepTick);
        if (verdict.Silent != entry.Fired)
        {
            entry.Fired = verdict.Silent;
            alarm(new BlackholeAlarm(entry.Watched.Token, entry.Watched.Tuple, verdict));
        }
    }

    private sealed class Entry(WatchedSubflow watched)
    {
        public WatchedSubflow Watched { get; private set; } = watched;

        public BlackholeDetector Detector;

        public DateTimeOffset Due { get; set; }

        public DateTimeOffset BusyAt { get; set; }

        public bool Busy { get; set; }

        /// <summary>The alarm was given and the silence lasts; once is enough.</summary>
        public bool Fired { get; set; }

        public Entry With(WatchedSubflow watched)
        {
            Watched = watched;
            return this;
        }
    }
}
