using System.Globalization;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol.Tests.Scheduling;

/// <summary>Short forms for the views of a scheduler, in segments of 1,000 bytes so that a table can be checked by hand.</summary>
internal static class Views
{
    internal const int Mss = 1000;

    /// <summary>
    /// A subflow with a window of so many segments of which some are in use; RTT variation a tenth of the RTT unless said.
    /// </summary>
    internal static SubflowView Subflow(int id, int srttMs, int window = 10, int queued = 0, int? varMs = null) => new()
    {
        Id = id,
        Usable = true,
        Srtt = Duration.FromMillis(srttMs),
        RttVar = varMs is { } v ? Duration.FromMillis(v) : Duration.FromMicros(srttMs * 100),
        Rto = Duration.FromMillis(200 + srttMs),
        Mss = Mss,
        Cwnd = window * Mss,
        SlowStartThreshold = window * Mss,
        QueuedBytes = queued * Mss,
        Space = Math.Max(0, window - queued) * Mss,
        PacingRate = srttMs == 0 ? 0 : window * Mss * 1200L / srttMs,
    };

    internal static SendView Send(int unsent = 100, int window = 1000, int inFlight = 0, int nowMs = 0, int writtenMs = 0) => new()
    {
        Now = At(nowMs),
        WaitingSince = At(writtenMs),
        UnsentBytes = unsent * Mss,
        SendWindow = window * Mss,
        InFlight = inFlight * Mss,
    };

    internal static Instant At(int ms) => new(ms * 1000L);

    internal static IScheduler Create(string name, SchedulerOptions? options = null) =>
        Schedulers.TryCreate(name, options ?? SchedulerOptions.Default, out IScheduler? scheduler)
            ? scheduler
            : throw new ArgumentException(name);

    /// <summary>"2:3000" for a pick of the subflow with id 2 for 3000 bytes, "wait" for none.</summary>
    internal static string PickOf(this IScheduler scheduler, SendView send, params SubflowView[] subflows)
    {
        int picked = scheduler.Pick(subflows, send, out int bytes);
        return picked < 0 ? "wait" : string.Create(CultureInfo.InvariantCulture, $"{subflows[picked].Id}:{bytes}");
    }
}
