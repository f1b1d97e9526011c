namespace Multipath.Policies.Realise;

/// <summary>Waits between tries: 0.2 s, then twice as long each time, up to 30 s.</summary>
internal static class Backoff
{
    /// <summary>
    /// How long a join may take. The kernel itself repeats the SYN each second, so that giving up early finds no path sooner; but closing
    /// any subflow, even one that never carried a byte, makes the kernel send all that is unacknowledged once more, which on a
    /// slow path is a stall for a bulk transfer (4 Mbit take 0.4 s at 10 Mbit/s).
    /// </summary>
    internal static readonly TimeSpan JoinDeadline = TimeSpan.FromSeconds(15);

    /// <summary>After this long without a failure behind the last wait, the count starts anew.</summary>
    internal static readonly TimeSpan Forgiven = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The wait after <paramref name="failures"/> failures in a row; none after none.</summary>
    internal static TimeSpan After(int failures) => failures switch
    {
        <= 0 => TimeSpan.Zero,
        > 8 => Longest,
        _ => TimeSpan.FromTicks(Math.Min(First.Ticks << (failures - 1), Longest.Ticks)),
    };
}
