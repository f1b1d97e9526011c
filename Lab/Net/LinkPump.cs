using System.Diagnostics;

namespace Multipath.Lab.Net;

/// <summary>
/// The one thread that moves the packets of all links. It sleeps in <c>ppoll</c> until a packet comes in or one is due, with a
/// timer slack of a nanosecond and, where it may, above ordinary threads, so that busy cores do not stretch the delays.
/// </summary>
internal sealed unsafe class LinkPump : IDisposable
{
    /// <summary>Lanes of all links at most: 32 links are more than a lab on one machine can carry.</summary>
    internal const int MaxLanes = 64;

    private const long NanosecondsPerSecond = 1_000_000_000;
    private const int SchedulingPriority = 1;

    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private readonly int _wake;
    private LinkLane[] _lanes = [];
    private long _generation;
    private long _seenGeneration;
    private volatile bool _stopping;
    private int _clock = ThreadClock.None;
    private long _worstLateness;

    internal LinkPump()
    {
        _wake = LibC.EventFd(0, LibC.EFD_NONBLOCK | LibC.EFD_CLOEXEC);
        if (_wake < 0)
        {
            throw LibC.LastError("make an eventfd");
        }

        _thread = new Thread(Loop) { IsBackground = true, Name = "links" };
        _thread.Start();
    }

    /// <summary>Processor time that the thread has taken, the kernel's work on the packets that it hands over included.</summary>
    internal TimeSpan Cpu => ThreadClock.Read(Volatile.Read(ref _clock));

    /// <summary>The latest that a packet was handed out after it was due, since the last call.</summary>
    internal TimeSpan TakeWorstLateness() => TimeSpan.FromMicroseconds(Interlocked.Exchange(ref _worstLateness, 0) / 1e3);

    /// <summary>Steady time in nanoseconds, the clock of all deadlines here: CLOCK_MONOTONIC, which .NET's stopwatch is on Linux.</summary>
    internal static long Now => Stopwatch.GetTimestamp();

    /// <summary>Adds lanes; the thread serves them from now on.</summary>
    internal void Add(params ReadOnlySpan<LinkLane> lanes)
    {
        lock (_gate)
        {
            if (_lanes.Length + lanes.Length > MaxLanes)
            {
                throw new InvalidOperationException($"A lab carries at most {MaxLanes / 2} links.");
            }

            _lanes = [.. _lanes, .. lanes];
            _generation++;
        }

        Wake();
    }

    /// <summary>Takes lanes away; when this returns the thread does not touch them any more.</summary>
    internal void Remove(params LinkLane[] lanes)
    {
        long wanted;
        lock (_gate)
        {
            _lanes = [.. _lanes.Except(lanes)];
            wanted = ++_generation;
        }

        Wake();
        SpinWait.SpinUntil(() => Volatile.Read(ref _seenGeneration) >= wanted || !_thread.IsAlive);
    }

    /// <summary>Makes the thread look again at knobs and gates, now.</summary>
    internal void Wake()
    {
        var one = 1L;
        _ = LibC.Write(_wake, &one, sizeof(long));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_stopping)
        {
            _stopping = true;
            Wake();
            _thread.Join();
            _ = LibC.Close(_wake);
        }
    }

    private void Loop()
    {
        _ = LibC.ProcessControl(LibC.PR_SET_TIMERSLACK, 1, 0, 0, 0);
        var priority = SchedulingPriority;
        Volatile.Write(ref _clock, ThreadClock.OfThisThread());
        _ = LibC.SetScheduler(0, LibC.SCHED_FIFO, &priority);

        var lanes = Array.Empty<LinkLane>();
        var fds = stackalloc LibC.PollFd[MaxLanes + 1];
        fds[0] = new LibC.PollFd { Fd = _wake, Events = LibC.POLLIN };
        while (!_stopping)
        {
            if (Volatile.Read(ref _seenGeneration) != Volatile.Read(ref _generation))
            {
                lanes = Adopt(fds);
            }

            Poll(fds, lanes.Length + 1, Deliver(lanes));
            TakeWakes(fds);
            var now = Now;
            for (var i = 0; i < lanes.Length; i++)
            {
                if ((fds[i + 1].Revents & LibC.POLLIN) != 0)
                {
                    lanes[i].Receive(now);
                }
            }
        }
    }

    private void TakeWakes(LibC.PollFd* fds)
    {
        if (fds[0].Revents != 0)
        {
            long count;
            _ = LibC.Read(_wake, &count, sizeof(long));
        }
    }

    private LinkLane[] Adopt(LibC.PollFd* fds)
    {
        lock (_gate)
        {
            for (var i = 0; i < _lanes.Length; i++)
            {
                fds[i + 1] = new LibC.PollFd { Fd = _lanes[i].EntryFd, Events = LibC.POLLIN };
            }

            Volatile.Write(ref _seenGeneration, _generation);
            return _lanes;
        }
    }

    private static long Deliver(LinkLane[] lanes)
    {
        var now = Now;
        var deadline = long.MaxValue;
        foreach (var lane in lanes)
        {
            deadline = Math.Min(deadline, lane.Deliver(now));
        }

        return deadline;
    }

    /// <summary>Sleeps until a descriptor is readable or a moment has come.</summary>
    private void Poll(LibC.PollFd* fds, int count, long until)
    {
        if (until == long.MaxValue)
        {
            _ = LibC.PrecisePoll(fds, (nuint)count, null, null);
            return;
        }

        var wait = Math.Max(0, until - Now);
        var timeout = new LibC.TimeSpec { Seconds = wait / NanosecondsPerSecond, Nanoseconds = wait % NanosecondsPerSecond };
        _ = LibC.PrecisePoll(fds, (nuint)count, &timeout, null);
        var late = Now - until;
        if (wait > 0 && late > Volatile.Read(ref _worstLateness))
        {
            Volatile.Write(ref _worstLateness, late);
        }
    }
}
