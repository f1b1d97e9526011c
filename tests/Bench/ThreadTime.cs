using System.Globalization;
using Multipath.Lab.Net;

namespace Multipath.Bench;

/// <summary>The processor time of a thread of this process that is known by its name alone.</summary>
internal static class ThreadTime
{
    /// <summary>TASK_COMM_LEN of linux/sched.h without the end mark: the kernel keeps no more of a name.</summary>
    private const int NameLimit = 15;

    /// <summary>CPUCLOCK_PERTHREAD_MASK with CPUCLOCK_SCHED of the kernel's posix-timers.h.</summary>
    private const int PerThreadScheduled = 6;

    /// <summary>The clock of the thread, for <see cref="ThreadClock.Read"/>.</summary>
    /// <exception cref="InvalidOperationException">No thread has the name.</exception>
    public static int ClockOf(string name) =>
        ClocksOf(name) is [var first, ..] ? first : throw new InvalidOperationException($"No thread is called '{name}'.");

    /// <summary>The clocks of all threads of that name.</summary>
    public static IReadOnlyList<int> ClocksOf(string name)
    {
        var kept = name[..Math.Min(name.Length, NameLimit)];
        return
        [
            .. from task in Directory.EnumerateDirectories("/proc/self/task")
               where NameOf(task) == kept
               select (~int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture) << 3) | PerThreadScheduled,
        ];
    }

    private static string? NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n');
        }
        catch (IOException)
        {
            // The thread ended while the list was read.
            return null;
        }
    }
}
