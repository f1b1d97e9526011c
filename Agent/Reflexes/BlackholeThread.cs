using System.Collections.Immutable;
using Multipath.Agent.Hosting;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Reflexes;

/// <summary>The thread of <see cref="BlackholeWatch"/>: sleeps until the next subflow is due, and for good while there is none.</summary>
internal sealed class BlackholeThread : IDisposable
{
    /// <summary>How often in a row a look may fail before it is given up: some seconds with the waits between.</summary>
    private const int MostFailures = 20;

    private const int FirstWaitMs = 10;
    private const int LongestFailureWaitMs = 250;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ISubflowProbe _probe;
    private readonly MeasuredBatch _batch = new();
    private readonly BlackholeWatch _watch;
    private readonly AgentClock _clock;
    private readonly Action<Exception> _troubled;
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private ImmutableArray<WatchedSubflow>? _next;
    private volatile bool _stop;

    /// <summary>Starts at once.</summary>
    /// <param name="probe">Measures; owned from now on.</param>
    /// <param name="clock">The time.</param>
    /// <param name="alarm">Told of silence and of its end.</param>
    /// <param name="measured">Given measurements now and then, to be disposed of once read.</param>
    /// <param name="stalled">Told how long a connection stood still when one of its subflows went away.</param>
    /// <param name="troubled">Told when a look fails: it is tried again in a while.</param>
    /// <param name="failed">Told when it fails again and again; nothing is watched from then on.</param>
    public BlackholeThread(
        ISubflowProbe probe,
        AgentClock clock,
        Action<BlackholeAlarm> alarm,
        Action<MeasuredBatch> measured,
        Action<TimeSpan> stalled,
        Action<Exception> troubled,
        Action<Exception> failed)
    {
        (_probe, _clock, _troubled, _failed) = (probe, clock, troubled, failed);
        _watch = new BlackholeWatch(probe, alarm, subflows => Tell(subflows, measured), stalled);
        _thread = new Thread(Run) { IsBackground = true, Name = "blackhole watch", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Replaces what is watched.</summary>
    public void Watch(ImmutableArray<WatchedSubflow> subflows)
    {
        lock (_gate)
        {
            _next = subflows;
        }

        _wake.Set();
    }

    public void Dispose()
    {
        _stop = true;
        _wake.Set();
        _thread.Join();
        _probe.Dispose();
    }

    private bool Tell(List<MeasuredSubflow> subflows, Action<MeasuredBatch> measured)
    {
        var filled = _batch.TryFill(subflows);
        if (filled)
        {
            measured(_batch);
        }

        return filled;
    }

    private void Run()
    {
        DateTimeOffset? due = null;
        var failures = 0;
        while (!_stop)
        {
            // Rounded up: waking a fraction of a millisecond early would look at nothing and sleep again.
            var wait = due is { } at ? Math.Max(0, (int)Math.Ceiling((at - _clock.Now).TotalMilliseconds)) : Timeout.Infinite;
            if (wait != 0)
            {
                _wake.WaitOne(wait);
            }

            try
            {
                Take();
                due = _watch.HandleTick(_clock.Now);
                failures = 0;
            }
            catch (Exception e)
            {
                // An exception that left this thread would end the program, and with it every reflex.
                if (++failures == MostFailures)
                {
                    _failed(e);
                    return;
                }

                _troubled(e);
                var again = Math.Min(FirstWaitMs << Math.Min(failures - 1, 8), LongestFailureWaitMs);
                due = _clock.Now + TimeSpan.FromMilliseconds(again);
            }
        }
    }

    private void Take()
    {
        ImmutableArray<WatchedSubflow>? next;
        lock (_gate)
        {
            (next, _next) = (_next, null);
        }

        if (next is { } subflows)
        {
            _watch.Watch(subflows, _clock.Now);
        }
    }
}
