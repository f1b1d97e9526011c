using System.Globalization;
using Multipath.Policies.Text;

namespace Multipath.Policies.Rank;

/// <summary>What is remembered of a path for the time when nothing is measured on it.</summary>
/// <remarks>
/// A path that carries nothing is not measured, so that nothing is known of it; and only using it tells. The rule for the unknown is one:
/// 1. What is not measured is not held against a path: after <see cref="Model.HandoverRules.UpAfter"/> without a bad value it is usable
/// again.
/// 2. Its round-trip time is the last one for as long, then the best that it ever had: a path that was left for a slow time is tried.
/// 3. Each setback, which is to be left because of what was measured or because a handover to it was taken back, doubles that time, up to
/// <see cref="LongestWait"/>, so that a path that is good only while it is idle costs ever fewer handovers. A link that went down is none:
/// what comes back is another link.
/// 4. After <see cref="ForgottenAfter"/> without a setback all are forgotten.
/// </remarks>
/// <param name="Setbacks">Setbacks in a row.</param>
/// <param name="SetbackAt">The last one; null when there was none.</param>
/// <param name="RttMs">The round-trip time that was measured last, ms; null when there was none.</param>
/// <param name="BestRttMs">The lowest one, ms; null when there was none.</param>
/// <param name="UnmeasuredSince">Since when there is no round-trip time; null while there is one.</param>
/// <param name="FailedHandovers">As reported last (<see cref="Model.PathObservation.FailedHandovers"/>); more of them are news.</param>
public sealed record PathHistory(
    int Setbacks, DateTimeOffset? SetbackAt, double? RttMs, double? BestRttMs, DateTimeOffset? UnmeasuredSince,
    int FailedHandovers)
{
    /// <summary>No path waits longer because of setbacks; one whose policy asks for more waits as long as that.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>Longer than any wait, so that a path that fails at each try stays at the longest.</summary>
    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);

    /// <summary>The wait is at its longest long before; keeps the doubling in range.</summary>
    private const int MostSetbacks = 16;

    /// <summary>Of a path that is seen for the first time.</summary>
    public static PathHistory None { get; } = new(0, null, null, null, null, 0);

    /// <summary>How long a path must show nothing bad before it is used again.</summary>
    public TimeSpan Wait(TimeSpan upAfter, DateTimeOffset now)
    {
        var setbacks = Recent(now);
        return setbacks <= 1 || upAfter >= LongestWait
            ? upAfter
            : TimeSpan.FromTicks(Math.Min(upAfter.Ticks << (setbacks - 1), LongestWait.Ticks));
    }

    /// <summary>Whether there was a setback that is not forgotten.</summary>
    internal bool HasSetback(DateTimeOffset now) => Recent(now) > 0;

    /// <summary><c>20s without a bad value (setback 2)</c>.</summary>
    internal string ShowWait(TimeSpan upAfter, DateTimeOffset now)
    {
        var setbacks = Recent(now) > 1 ? string.Create(CultureInfo.InvariantCulture, $" (setback {Recent(now)})") : "";
        return $"{Units.Show(Wait(upAfter, now))} without a bad value{setbacks}";
    }

    /// <summary>The path is left because of what was measured on it.</summary>
    internal PathHistory SetBack(DateTimeOffset now) =>
        this with { Setbacks = Math.Min(Recent(now) + 1, MostSetbacks), SetbackAt = now };

    /// <summary>A report came.</summary>
    internal PathHistory Saw(double? rttMs, DateTimeOffset now) => rttMs is { } rtt
        ? this with { RttMs = rtt, BestRttMs = rtt < BestRttMs ? rtt : BestRttMs ?? rtt, UnmeasuredSince = null }
        : this with { UnmeasuredSince = UnmeasuredSince ?? now };

    /// <summary>A clock that was set back must not stop the timers: nothing was in the future.</summary>
    internal PathHistory Sane(DateTimeOffset now) => this with
    {
        SetbackAt = SetbackAt > now ? now : SetbackAt,
        UnmeasuredSince = UnmeasuredSince > now ? now : UnmeasuredSince,
    };

    /// <summary>When the best time counts again; null while one is measured.</summary>
    internal DateTimeOffset? TriedAt(TimeSpan upAfter, DateTimeOffset now) => UnmeasuredSince + Wait(upAfter, now);

    /// <summary>The round-trip time that counts now, ms; null when none was ever measured.</summary>
    internal double? AssumedRttMs(TimeSpan upAfter, DateTimeOffset now) => TriedAt(upAfter, now) <= now ? BestRttMs : RttMs;

    private int Recent(DateTimeOffset now) => SetbackAt is { } at && now - at < ForgottenAfter ? Setbacks : 0;
}
