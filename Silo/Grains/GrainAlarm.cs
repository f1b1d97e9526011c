using Orleans.Runtime;

namespace Multipath.Silo.Grains;

/// <summary>A grain's one timer, set to a moment rather than to a time from now.</summary>
/// <param name="timer">Registered without a due time.</param>
/// <param name="clock">The time.</param>
internal sealed class GrainAlarm(IGrainTimer timer, TimeProvider clock)
{
    /// <summary>How to register the timer.</summary>
    public static GrainTimerCreationOptions Unset { get; } = new(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <param name="at">Null for never.</param>
    public void Set(DateTimeOffset? at)
    {
        var due = at - clock.GetUtcNow();
        timer.Change(
            due is not { } wait ? Timeout.InfiniteTimeSpan : wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
