using Multipath.Standalone.Orleans.Scheduling;

namespace Multipath.Standalone.Orleans.Calls;

/// <summary>
/// Fails the calls that are not answered in time. A timer per call would cost more than the call. Instead one timer waits for the
/// earliest deadline that is known; then all targets are looked through. Nearly all calls are answered long before, so that a new
/// call usually has a later deadline than the one waited for and costs one comparison.
/// </summary>
internal sealed class CallTimeouts : IDisposable
{
    // Bounds the cost of looking when many calls expire one after the other, and how late a timeout may be.
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(20);

    // Clocks take no more than about 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly TurnQueue _queue;
    private readonly Lock _lock = new();
    private long _awaited = long.MaxValue;

    internal CallTimeouts(TimeProvider clock, TurnExecutor executor)
    {
        _clock = clock;
        _queue = new TurnQueue(executor, () => "timeouts");
        _timer = clock.CreateTimer(_ => _queue.Enqueue("sweep", Sweep), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Where the targets are; set once when the silo is put together.</summary>
    internal Func<IEnumerable<CallTarget>> Targets { get; set; } = () => [];

    /// <summary>There is an unanswered call, already among the pending ones of its target.</summary>
    /// <param name="deadline">Its deadline, in ticks of the clock.</param>
    internal void Watch(long deadline)
    {
        if (deadline >= Volatile.Read(ref _awaited))
        {
            return;
        }

        lock (_lock)
        {
            if (deadline < _awaited)
            {
                Interlocked.Exchange(ref _awaited, deadline);
                TimeSpan wait = _clock.GetElapsedTime(_clock.GetTimestamp(), deadline);
                _timer.Change(wait < LeastInterval ? LeastInterval : wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        // Cleared before looking: a call that comes too late to be seen finds nothing awaited and starts the timer itself.
        Interlocked.Exchange(ref _awaited, long.MaxValue);
        long now = _clock.GetTimestamp();
        long earliest = long.MaxValue;
        var expired = new List<Call>();
        foreach (CallTarget target in Targets())
        {
            earliest = Math.Min(earliest, target.Pending.TakeExpired(now, expired));
        }

        foreach (Call call in expired.OrderBy(call => call.Deadline).ThenBy(call => call.Target.Number))
        {
            call.TryFail(new TimeoutException($"{call.Method} of {call.Target.Id} was not answered within {call.Method.Timeout}."));
        }

        Watch(earliest);
    }
}
