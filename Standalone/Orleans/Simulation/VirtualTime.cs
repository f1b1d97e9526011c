namespace Multipath.Standalone.Orleans;

/// <summary>
/// A clock that stands still until it is moved to its next timer. A <see cref="Simulation"/> moves it when nothing else is left to
/// do. Timers fire in order of their times, those of one time in the order in which they were set.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset DefaultStart = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<(VirtualTimer Timer, long Version), (long Due, long Order)> _timers = new();
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _start;
    private long _now;
    private long _order;

    /// <summary>A clock that begins at a time.</summary>
    /// <param name="start">The time; null for the first moment of 2030 in UTC.</param>
    public VirtualTime(DateTimeOffset? start = null) => _start = start ?? DefaultStart;

    /// <summary>How much time has gone by since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _now));

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer is due, since the start; null if none is set.</summary>
    internal TimeSpan? NextDue
    {
        get
        {
            lock (_lock)
            {
                return Peek() is { } next ? TimeSpan.FromTicks(next) : null;
            }
        }
    }

    /// <summary>Moves to the next timer and fires it; false if none is set.</summary>
    internal bool FireNext()
    {
        VirtualTimer timer;
        lock (_lock)
        {
            if (Peek() is not { } due)
            {
                return false;
            }

            timer = _timers.Dequeue().Timer;
            Volatile.Write(ref _now, Math.Max(_now, due));
            timer.Version++;
            if (timer.Period > TimeSpan.Zero)
            {
                Set(timer, timer.Period);
            }
        }

        timer.Fire();
        return true;
    }

    private long? Peek()
    {
        while (_timers.TryPeek(out (VirtualTimer Timer, long Version) entry, out (long Due, long) at))
        {
            if (entry.Timer.Version == entry.Version)
            {
                return at.Due;
            }

            _timers.Dequeue();
        }

        return null;
    }

    private void Set(VirtualTimer timer, TimeSpan dueTime) => _timers.Enqueue((timer, timer.Version), (_now + dueTime.Ticks, ++_order));

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        /// <summary>Changes with each setting, so that entries of earlier settings are known as such.</summary>
        internal long Version { get; set; }

        internal TimeSpan Period { get; private set; }

        internal void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                if (_disposed)
                {
                    return false;
                }

                Version++;
                Period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    time.Set(this, dueTime);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                _disposed = true;
                Version++;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
