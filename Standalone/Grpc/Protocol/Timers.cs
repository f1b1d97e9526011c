namespace Grpc.Protocol;

/// <summary>The range of timers.</summary>
internal static class Timers
{
    /// <summary>The longest time that a timer of .NET can wait: 2^32 - 2 ms, about 49 days. No call lives so long.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>A due time that every timer takes.</summary>
    public static TimeSpan Within(TimeSpan due) => due < TimeSpan.Zero ? TimeSpan.Zero : due > Longest ? Longest : due;
}
