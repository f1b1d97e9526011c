namespace Multipath.TestKit;

/// <summary>
/// A clock that a test moves by hand. Timers that become due fire on the test's thread, in order of their times, those of one time
/// in the order in which they were set; while one fires, the clock shows its time.
/// </summary>
public sealed class FakeTime : TimeProvider
{
    private static readonly DateTimeOffset DefaultStart = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<FakeTimer> _timers = [];
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _start;
    private long _ticks;
    private long _settings;

    /// <summary>A clock that begins at a time; null for the first moment of 2030 in UTC.</summary>
    public FakeTime(DateTimeOffset? start = null) => _start = start ?? DefaultStart;

    /// <summary>How much time has gone by since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    /// <summary>How many timers are set: lets a test wait until its subject has set one.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>When the next timer is due, since the start; null if none is set.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_lock)
            {
                return Earliest() is { } timer ? TimeSpan.FromTicks(timer.Due) : null;
            }
        }
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires what becomes due, also what is set meanwhile.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long end = Volatile.Read(ref _ticks) + by.Ticks;
        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }

        Volatile.Write(ref _ticks, end);
    }

    /// <summary>Moves the clock to the next timer and fires it; false if none is set.</summary>
    public bool AdvanceToNext()
    {
        if (NextDue is not { } due)
        {
            return false;
        }

        Advance(due > Elapsed ? due - Elapsed : TimeSpan.Zero);
        return true;
    }

    private FakeTimer? TakeDue(long end)
    {
        lock (_lock)
        {
            if (Earliest() is not { } timer || timer.Due > end)
            {
                return null;
            }

            Volatile.Write(ref _ticks, Math.Max(_ticks, timer.Due));
            _timers.Remove(timer);
            if (timer.Period > TimeSpan.Zero)
            {
                Set(timer, timer.Period);
            }

            return timer;
        }
    }

    private FakeTimer? Earliest() => _timers.MinBy(timer => (timer.Due, timer.Setting));

    private void Set(FakeTimer timer, TimeSpan dueTime)
    {
        timer.Due = _ticks + dueTime.Ticks;
        timer.Setting = ++_settings;
        _timers.Add(timer);
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        internal long Due { get; set; }

        internal long Setting { get; set; }

        internal TimeSpan Period { get; private set; }

        internal void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                Period = period;
                if (!_disposed && dueTime >= TimeSpan.Zero)
                {
                    time.Set(this, dueTime);
                }

                return !_disposed;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                _disposed = true;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
