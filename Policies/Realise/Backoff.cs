namespace Multipath.Policies.Realise;

/// <summary>Waits between tries: 0.2 s, then twice as long each time, up to 30 s.</summary>
internal static class Backoff
{
    /// <summary>How long a join may take; a handshake over the slowest of paths with one retransmission takes less.</summary>
    internal static readonly TimeSpan JoinDeadline = TimeSpan.FromSeconds(3);

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
