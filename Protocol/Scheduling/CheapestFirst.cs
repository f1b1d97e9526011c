using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>
/// Fills the cheapest paths; a dearer class is used only when the cheaper ones together would miss the target, in latency or in rate
/// (the idea of MP-DASH: Han, Qian, Ji, Gopalakrishnan, CoNEXT 2016, for bytes with a deadline instead of video chunks).
/// </summary>
/// <remarks>
/// The target decides how many classes are admitted, from the cheapest up: until their windows over round-trip times reach the rate, and
/// until what waits would arrive in time: its age so far, plus half the lowest round-trip time, plus what exceeds the windows at that
/// rate. A path whose round-trip time or retransmission timeout alone rules the target out does not count. If even all classes would miss
/// it, all are used. Without a target no dearer class is used while a cheaper one is usable, and the scheduler waits for its window: that
/// is the service mode "handover". "interactive" is the same with limits on round-trip time and timeout.
/// </remarks>
internal sealed class CheapestFirst(string name, PathTarget target) : IScheduler
{
    public string Name => name;

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        Standing best = Standings.Best(subflows);
        int limit = CostLimit(subflows, best, send, out bool missed);
        int picked = -1;
        for (int i = 0; i < subflows.Length && best != Standing.Unusable; i++)
        {
            ref readonly SubflowView subflow = ref subflows[i];
            if (subflow.Standing == best && subflow.Space > 0 && subflow.CostClass <= limit && (missed || target.IsMetBy(subflow))
                && (picked < 0 || IsBetter(subflow, subflows[picked])))
            {
                picked = i;
            }
        }

        bytes = picked < 0 ? 0 : subflows[picked].Space;
        return picked;
    }

    private static bool IsBetter(in SubflowView a, in SubflowView b) =>
        a.CostClass < b.CostClass || (a.CostClass == b.CostClass && a.Srtt < b.Srtt);

    /// <summary>The dearest class that is admitted; <paramref name="missed"/> if all together miss the target.</summary>
    private int CostLimit(ReadOnlySpan<SubflowView> subflows, Standing standing, in SendView send, out bool missed)
    {
        missed = false;
        for (int limit = NextClass(subflows, standing, -1); limit >= 0;)
        {
            if (IsEnough(subflows, standing, limit, send))
            {
                return limit;
            }

            int next = NextClass(subflows, standing, limit);
            if (next < 0)
            {
                break;
            }

            limit = next;
        }

        missed = true;
        return byte.MaxValue;
    }

    private static int NextClass(ReadOnlySpan<SubflowView> subflows, Standing standing, int above)
    {
        int next = int.MaxValue;
        foreach (ref readonly SubflowView subflow in subflows)
        {
            if (subflow.Standing == standing && subflow.CostClass > above)
            {
                next = Math.Min(next, subflow.CostClass);
            }
        }

        return next == int.MaxValue ? -1 : next;
    }

    /// <summary>Whether the classes up to a limit meet the target together.</summary>
    private bool IsEnough(ReadOnlySpan<SubflowView> subflows, Standing standing, int limit, in SendView send)
    {
        long rate = 0;
        long windows = 0;
        long queued = 0;
        Duration lowestSrtt = Duration.Max;
        foreach (ref readonly SubflowView subflow in subflows)
        {
            if (subflow.Standing == standing && subflow.CostClass <= limit && target.IsMetBy(subflow))
            {
                rate += subflow.Rate;
                windows += subflow.Cwnd;
                queued += subflow.QueuedBytes;
                lowestSrtt = Duration.Shorter(lowestSrtt, subflow.Srtt);
            }
        }

        if (lowestSrtt == Duration.Max || rate < target.BytesPerSecond)
        {
            return false;
        }

        if (target.Latency <= Duration.Zero)
        {
            return true;
        }

        Duration age = send.UnsentBytes > 0 ? Duration.Longer(send.Now - send.WaitingSince, Duration.Zero) : Duration.Zero;
        long excess = Math.Max(0, queued + send.UnsentBytes - windows);
        Duration drain = new((long)((Int128)excess * 1_000_000 / Math.Max(1, rate)));
        return age + (lowestSrtt / 2) + drain <= target.Latency;
    }
}
