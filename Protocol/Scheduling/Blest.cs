using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>
/// Blocking estimation (Ferlin, Alay, Mehani, Boreli: "BLEST: Blocking Estimation-based MPTCP Scheduler for Heterogeneous Networks", IFIP
/// Networking 2016; mptcp.org mptcp_blest.c): a slower subflow s is not used if its bytes would fill the peer's window and so stop the
/// fastest one, f, before they are acknowledged.
/// </summary>
/// <remarks>
/// During one round trip of s, f has <c>r = ⌈rtt_s / rtt_f⌉</c> round trips and sends <c>X = (W + (r - 1) / 2) r</c> segments, its window
/// W growing by one each; in its first slow start the window doubles. It waits if <c>λ X > window - (segment + bytes queued on s)</c>. λ
/// starts at 1.2 and moves in [1.0, 1.3]: +0.04 if the window was in the way since the last look, else -0.01, at most once in a round
/// trip of s.
/// </remarks>
internal sealed class Blest : IScheduler
{
    internal const int InitialLambdaMille = 1_200;
    private const int MinLambdaMille = 1_000;
    private const int MaxLambdaMille = 1_300;
    private const int LambdaStepUpMille = 40;
    private const int LambdaStepDownMille = 10;

    /// <summary>Doublings after which a window is out of any bound: cap of the exponent in slow start.</summary>
    private const int MaxRoundTrips = 16;

    private bool _wasBlocked;
    private Instant? _lastUpdate;

    public string Name => "blest";

    /// <summary>λ in thousandths.</summary>
    internal int LambdaMille { get; private set; } = InitialLambdaMille;

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        bytes = 0;
        int s = MinRtt.FastestWithSpace(subflows);
        if (s < 0)
        {
            return -1;
        }

        int f = Standings.Fastest(subflows, subflows[s].Standing);
        if (subflows[f].Srtt >= subflows[s].Srtt)
        {
            bytes = subflows[s].Space;
            return s;
        }

        UpdateLambda(subflows[s], send.Now);
        int mss = Math.Max(1, subflows[s].Mss);
        long free = Math.Max(0, send.SendWindow - subflows[s].QueuedBytes - FastBytes(subflows[f], subflows[s].Srtt, LambdaMille));
        if (free < mss)
        {
            return -1;
        }

        bytes = (int)Math.Min(Math.Min(subflows[s].Space, free), Ecf.SlowBurstSegments * mss);
        return s;
    }

    public void HandleWindowLimited() => _wasBlocked = true;

    /// <summary>Bytes that f would send during a time, times λ; a cap keeps it in the range of a window.</summary>
    internal static long FastBytes(in SubflowView f, Duration time, int lambdaMille)
    {
        long mss = Math.Max(1, f.Mss);
        long rtt = Math.Max(1, f.Srtt.Micros);
        long rounds = Math.Clamp((time.Micros / rtt) + (time.Micros % rtt > 0 ? 1 : 0), 1, 1L << MaxRoundTrips);
        double window = Math.Max(1, f.Cwnd / mss);
        double segments = f.SlowStartThreshold == int.MaxValue
            ? window * ((1L << (int)Math.Min(rounds, MaxRoundTrips)) - 1)
            : (window + ((rounds - 1) / 2)) * rounds;
        return (long)Math.Min(segments * mss * lambdaMille / 1000, long.MaxValue / 4);
    }

    private void UpdateLambda(in SubflowView s, Instant now)
    {
        _lastUpdate ??= now;
        if (now - _lastUpdate.Value < s.Srtt)
        {
            return;
        }

        int step = _wasBlocked ? LambdaStepUpMille : -LambdaStepDownMille;
        LambdaMille = Math.Clamp(LambdaMille + step, MinLambdaMille, MaxLambdaMille);
        _wasBlocked = false;
        _lastUpdate = now;
    }
}
