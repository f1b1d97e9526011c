using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Reflexes;

/// <summary>A subflow that is watched.</summary>
/// <param name="Token">Its connection.</param>
/// <param name="Tuple">Its ends.</param>
/// <param name="Cautious">Its path gave a false alarm lately.</param>
/// <param name="InterfaceIndex">Of its path; 0 when it has none.</param>
internal sealed record WatchedSubflow(uint Token, FourTuple Tuple, bool Cautious, int InterfaceIndex = 0);

/// <summary>A subflow fell silent, or one that had is heard again.</summary>
/// <param name="Token">The connection.</param>
/// <param name="Tuple">The subflow.</param>
/// <param name="Verdict">Which of the two, and why.</param>
internal sealed record BlackholeAlarm(uint Token, FourTuple Tuple, BlackholeVerdict Verdict);

/// <summary>
/// Watches the subflows of steered connections, each as often as it deserves: every tick while data is outstanding on it, seldom when it
/// is idle. A tick looks up only those that are due, by exact questions, all of them together; what is due at about the same time is made
/// due at the same tick, for waking up costs more than a question. Nothing is allocated. Owned by one thread.
/// </summary>
/// <param name="probe">Measures.</param>
/// <param name="alarm">Told of silence and of its end.</param>
/// <param name="measured">Given what was read of the subflows that sent; false when it cannot take that now.</param>
/// <param name="stalled">Told how long a connection stood still when one of its subflows went away.</param>
internal sealed class BlackholeWatch(
    ISubflowProbe probe, Action<BlackholeAlarm> alarm, Func<List<MeasuredSubflow>, bool> measured, Action<TimeSpan> stalled)
{
    /// <summary>Of busy subflows: silence is seen half of this late on average.</summary>
    public static readonly TimeSpan BusyTick = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// The tick is this long for each busy subflow, when that is longer: 3,300 questions a second at most, 1.5% of a processor.
    /// </summary>
    public static readonly TimeSpan TickForEach = TimeSpan.FromMilliseconds(0.3);

    /// <summary>Of subflows that had nothing outstanding for a while: data that begins to flow is noticed within this.</summary>
    public static readonly TimeSpan IdleTick = TimeSpan.FromMilliseconds(100);

    /// <summary>Of subflows that were idle for long, so that a thousand sleeping connections cost nothing to speak of.</summary>
    public static readonly TimeSpan AsleepTick = TimeSpan.FromMilliseconds(250);

    /// <summary>Measurements are passed on this often: loss that begins is seen some times this later.</summary>
    public static readonly TimeSpan TellTick = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AsleepAfter = TimeSpan.FromSeconds(10);

    private readonly List<MeasuredSubflow> _measured = [];
    private readonly StallMeter _stalls = new(stalled);
    private DateTimeOffset _tellAt;
    private Entry[] _entries = [];
    private Entry[] _due = [];
    private SubflowSocket[] _asked = [];
    private SubflowReading[] _readings = [];
    private int _busy;

    /// <summary>Subflows with data outstanding at the last tick.</summary>
    public int Busy => _busy;

    /// <summary>Replaces what is watched; what was watched before keeps its history.</summary>
    public void Watch(ImmutableArray<WatchedSubflow> subflows, DateTimeOffset now)
    {
        var before = _entries.ToDictionary(entry => entry.Watched.Tuple);
        var (there, tokens) = (subflows.Select(one => one.Tuple).ToHashSet(), subflows.Select(one => one.Token).ToHashSet());
        foreach (var gone in _entries.Where(entry => entry.Busy && !there.Contains(entry.Watched.Tuple)))
        {
            _stalls.Gone(gone.Watched.Token, gone.HeardAt, now);
        }

        _stalls.Keep(tokens.Contains);
        _entries =
        [
            .. subflows.Select(watched => before.TryGetValue(watched.Tuple, out var known)
                ? known.With(watched)
                : new Entry(watched) { Due = now, BusyAt = now }),
        ];
        _due = new Entry[_entries.Length];
        _asked = new SubflowSocket[_entries.Length];
        _readings = new SubflowReading[_entries.Length];
    }

    /// <summary>Looks at the subflows that are due.</summary>
    /// <returns>When to call again; null when nothing is watched.</returns>
    public DateTimeOffset? HandleTick(DateTimeOffset now)
    {
        Look(TickForEach * _busy > BusyTick ? TickForEach * _busy : BusyTick, now);
        var next = DateTimeOffset.MaxValue;
        var busy = 0;
        foreach (var entry in _entries)
        {
            busy += entry.Busy ? 1 : 0;
            next = entry.Due < next ? entry.Due : next;
        }

        _busy = busy;
        if (_tellAt <= now)
        {
            _tellAt = now + TellTick;
            Tell();
        }

        return _entries.Length == 0 ? null : next;
    }

    private void Tell()
    {
        foreach (var entry in _entries)
        {
            if (entry.Sample.BytesSent != entry.ToldBytesSent)
            {
                _measured.Add(new MeasuredSubflow(entry.Watched.Tuple, entry.Sample));
            }
        }

        if (_measured.Count > 0 && measured(_measured))
        {
            foreach (var entry in _entries)
            {
                entry.ToldBytesSent = entry.Sample.BytesSent;
            }
        }

        _measured.Clear();
    }

    private void Look(TimeSpan tick, DateTimeOffset now)
    {
        var count = 0;
        foreach (var entry in _entries)
        {
            if (entry.Due <= now)
            {
                (_due[count], _asked[count]) = (entry, new SubflowSocket(entry.Watched.Tuple, entry.Watched.InterfaceIndex));
                count++;
            }
        }

        if (count > 0)
        {
            probe.Read(_asked.AsSpan(0, count), _readings.AsSpan(0, count));
        }

        for (var i = 0; i < count; i++)
        {
            Judge(_due[i], _readings[i], tick, now);
        }
    }

    private void Judge(Entry entry, in SubflowReading reading, TimeSpan tick, DateTimeOffset now)
    {
        if (!reading.Found)
        {
            if (entry.Busy)
            {
                _stalls.Gone(entry.Watched.Token, entry.HeardAt, now);
            }

            (entry.Busy, entry.Due) = (false, OnGrid(now + AsleepTick, tick));
            return;
        }

        if (_stalls.IsOpen && entry.IsRead && reading.Sample.BytesAcked > entry.Sample.BytesAcked)
        {
            _stalls.Acknowledged(entry.Watched.Token, now - TimeSpan.FromMilliseconds(reading.Sample.LastAckMs));
        }

        (entry.Sample, entry.IsRead) = (reading.Sample, true);
        var verdict = entry.Detector.Observe(reading.Sample, entry.Watched.Cautious, now);
        entry.Busy = verdict.Busy;
        if (verdict.Busy)
        {
            entry.BusyAt = now;
            entry.HeardAt = now - verdict.Silence;
        }

        var quiet = now - entry.BusyAt;
        entry.Due = OnGrid(now + (quiet < IdleAfter ? tick : quiet < AsleepAfter ? IdleTick : AsleepTick), tick);
        if (verdict.Silent != entry.Fired)
        {
            entry.Fired = verdict.Silent;
            alarm(new BlackholeAlarm(entry.Watched.Token, entry.Watched.Tuple, verdict));
        }
    }

    /// <summary>Down, so that a tick that came late is not followed by one that is later still.</summary>
    private static DateTimeOffset OnGrid(DateTimeOffset at, TimeSpan tick) => at.AddTicks(-(at.UtcTicks % tick.Ticks));

    private sealed class Entry(WatchedSubflow watched)
    {
        public WatchedSubflow Watched { get; private set; } = watched;

        public BlackholeDetector Detector;

        public SubflowSample Sample;

        /// <summary>There is a sample to compare with.</summary>
        public bool IsRead { get; set; }

        /// <summary>Where the sample stood that was passed on last.</summary>
        public ulong ToldBytesSent { get; set; }

        public DateTimeOffset Due { get; set; }

        public DateTimeOffset BusyAt { get; set; }

        public bool Busy { get; set; }

        /// <summary>While busy: when the peer was heard last, or data began to be under way if that was later.</summary>
        public DateTimeOffset HeardAt { get; set; }

        /// <summary>The alarm was given and the silence lasts; once is enough.</summary>
        public bool Fired { get; set; }

        public Entry With(WatchedSubflow watched)
        {
            Watched = watched;
            return this;
        }
    }
}
