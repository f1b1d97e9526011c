namespace Multipath.Protocol.Scheduling;

/// <summary>
/// Earliest Completion First (Lim, Nahum, Towsley, Gibbens: "ECF: An MPTCP Path Scheduler to Manage Heterogeneous Paths", CoNEXT 2017;
/// mptcp.org mptcp_ecf.c): when the fastest subflow f has no space, the next one s is used only if that completes the transfer earlier.
/// </summary>
/// <remarks>
/// With k unsent bytes, windows W in bytes and δ the larger variation of the two round-trip times, it waits for f if both
/// <c>rtt_f (max(k, W_f) + W_f) &lt; W_f (rtt_s + δ) (1 + β·waiting)</c> and <c>rtt_s max(k, W_s) ≥ W_s (2 rtt_f + δ)</c>, β = 1/4.
/// Both sides are multiplied by 4, so that all is exact in integers.
/// </remarks>
internal sealed class Ecf(string name) : IScheduler
{
    /// <summary>
    /// Segments that one pick of a slower subflow is good for; the unsent bytes that the rule looks at change with each.
    /// </summary>
    internal const int SlowBurstSegments = 8;

    private const int InverseBeta = 4;

    private bool _waiting;

    public string Name => name;

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        bytes = 0;
        int s = MinRtt.FastestWithSpace(subflows);
        if (s < 0)
        {
            return -1;
        }

        int f = Standings.Fastest(subflows, subflows[s].Standing);
        if (subflows[f].Srtt < subflows[s].Srtt && BetterToWait(subflows[f], subflows[s], send.UnsentBytes))
        {
            return -1;
        }

        bytes = f == s ? subflows[s].Space : Math.Min(subflows[s].Space, SlowBurstSegments * Math.Max(1, subflows[s].Mss));
        return s;
    }

    private bool BetterToWait(in SubflowView f, in SubflowView s, long unsent)
    {
        Int128 delta = Math.Max(f.RttVar.Micros, s.RttVar.Micros);
        Int128 waitForFast = (Int128)f.Srtt.Micros * (Math.Max(unsent, f.Cwnd) + f.Cwnd);
        Int128 useSlow = f.Cwnd * (s.Srtt.Micros + delta);
        if (InverseBeta * waitForFast >= (InverseBeta * useSlow) + (_waiting ? useSlow : 0))
        {
            _waiting = false;
            return false;
        }

        bool slowTakesLonger = (Int128)s.Srtt.Micros * Math.Max(unsent, s.Cwnd) >= s.Cwnd * ((2 * f.Srtt.Micros) + delta);
        _waiting |= slowTakesLonger;
        return slowTakesLonger;
    }
}
