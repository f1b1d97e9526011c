namespace Multipath.Lab.Net;

/// <summary>The processor time of one thread, to be read from any other.</summary>
internal static unsafe class ThreadClock
{
    /// <summary>No clock yet: reads as zero.</summary>
    internal const int None = 0;

    /// <summary>CPUCLOCK_PERTHREAD_MASK with CPUCLOCK_SCHED of the kernel's posix-timers.h: how a clock id names a thread.</summary>
    private const int PerThreadScheduled = 6;

    /// <summary>The clock of the calling thread.</summary>
    internal static int OfThisThread() => (~LibC.ThreadId() << 3) | PerThreadScheduled;

    /// <summary>What a clock says.</summary>
    internal static TimeSpan Read(int clock)
    {
        LibC.TimeSpec time;
        return clock == None || LibC.GetTime(clock, &time) != 0
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1e3);
    }
}
