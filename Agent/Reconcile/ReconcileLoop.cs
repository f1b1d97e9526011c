using System.Collections.Concurrent;
using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// The thread of the <see cref="Reconciler"/>. What happens is queued; urgent things (a link that went down, a silent subflow) overtake the
/// rest. After each batch the reconciler settles once, so that a burst of events costs one look; what is urgent makes a batch of its own,
/// so that it is told before the rest is looked at.
/// </summary>
internal sealed class ReconcileLoop : IDisposable
{
    /// <summary>
    /// Events that wait for the loop. Beyond that they are dropped and everything is read anew, as when the kernel drops them.
    /// </summary>
    private const int QueueLimit = 16_384;

    /// <summary>Taken in one go before settling, so that a flood cannot starve the plan.</summary>
    private const int BatchLimit = 1024;

    /// <summary>Without a deadline; a bound on what a lost wake-up could cost.</summary>
    private const int LongestWaitMs = 60_000;

    /// <summary>How often in a row a turn may fail before the agent gives up: some seconds with the waits between.</summary>
    private const int MostFailures = 20;

    private const int FirstWaitMs = 10;
    private const int LongestFailureWaitMs = 250;

    private readonly ConcurrentQueue<Action<Reconciler, DateTimeOffset>> _urgent = new();
    private readonly ConcurrentQueue<Action<Reconciler, DateTimeOffset>> _queue = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Reconciler _reconciler;
    private readonly AgentClock _clock;
    private readonly Action<Exception> _troubled;
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _end = new();
    private Latest? _paths;
    private volatile bool _stop;
    private volatile bool _overrun;

    /// <summary>Starts at once.</summary>
    /// <param name="reconciler">Used by this loop's thread alone from now on.</param>
    /// <param name="clock">The time.</param>
    /// <param name="troubled">Told when a turn fails: everything is read anew then, and tried again in a while.</param>
    /// <param name="failed">Told when the data plane fails altogether; the loop ends then.</param>
    public ReconcileLoop(Reconciler reconciler, AgentClock clock, Action<Exception> troubled, Action<Exception> failed)
    {
        (_reconciler, _clock, _troubled, _failed) = (reconciler, clock, troubled, failed);
        _thread = new Thread(Run) { IsBackground = true, Name = "reconcile", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Queues something. Any thread.</summary>
    /// <param name="input">Run on the loop's thread.</param>
    /// <param name="urgent">Before all that is not.</param>
    public void Post(Action<Reconciler, DateTimeOffset> input, bool urgent = false)
    {
        if (urgent)
        {
            _urgent.Enqueue(input);
        }
        else if (_queue.Count < QueueLimit)
        {
            _queue.Enqueue(input);
        }
        else
        {
            _overrun = true;
        }

        _wake.Set();
    }

    /// <summary>
    /// Queues the paths as they are now, before all that is not urgent. Of those that wait only the latest count. Any thread.
    /// </summary>
    public void PostPaths(ImmutableArray<HostPath> paths)
    {
        Volatile.Write(ref _paths, new Latest(paths));
        _wake.Set();
    }

    public void Dispose()
    {
        // The event is left to the finalizer: work that is still under way elsewhere may post its answer late.
        _stop = true;
        _end.Set();
        _wake.Set();
        _thread.Join();
    }

    private void Run()
    {
        var failures = 0;
        while (!_stop)
        {
            try
            {
                Turn();
                failures = 0;
            }
            catch (Exception e)
            {
                // One bad turn, such as a look for which the kernel had no memory, is no reason to leave the host.
                if (++failures == MostFailures)
                {
                    _failed(e);
                    return;
                }

                _troubled(e);
                _overrun = true;
                _end.Wait(Math.Min(FirstWaitMs << Math.Min(failures - 1, 8), LongestFailureWaitMs));
            }
        }
    }

    private void Turn()
    {
        var until = _reconciler.NextDeadline is { } at ? (at - _clock.Now).TotalMilliseconds : LongestWaitMs;
        var wait = (int)Math.Clamp(Math.Ceiling(until), 0, LongestWaitMs);
        if (wait > 0 && _urgent.IsEmpty && _queue.IsEmpty && !_overrun && Volatile.Read(ref _paths) is null)
        {
            _wake.WaitOne(wait);
        }

        Drain();
        _reconciler.Settle(_clock.Now);
    }

    private void Drain()
    {
        if (_overrun)
        {
            _overrun = false;
            _queue.Clear();
            _reconciler.HandleEvent(new MptcpEvent.Overrun(), _clock.Now);
        }

        var paths = Interlocked.Exchange(ref _paths, null);
        if (paths is not null)
        {
            _reconciler.HandlePaths(paths.Paths, _clock.Now);
        }

        if (Drain(_urgent) == 0 && paths is null)
        {
            Drain(_queue);
        }
    }

    private int Drain(ConcurrentQueue<Action<Reconciler, DateTimeOffset>> queue)
    {
        var taken = 0;
        while (taken < BatchLimit && (ReferenceEquals(queue, _urgent) || _urgent.IsEmpty) && queue.TryDequeue(out var input))
        {
            input(_reconciler, _clock.Now);
            taken++;
        }

        return taken;
    }

    private sealed record Latest(ImmutableArray<HostPath> Paths);
}
