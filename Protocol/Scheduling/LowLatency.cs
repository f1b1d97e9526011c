namespace Multipath.Protocol.Scheduling;

/// <summary>
/// For messages: what fits the fastest free window goes there if it arrives earlier than after waiting, and while the paths have room to
/// spare the next fastest one carries a copy, so that a lost segment costs the difference of two paths instead of a round trip or a
/// timeout. A longer backlog is scheduled by ECF, which counts until the last ACK and not until arrival.
/// </summary>
/// <remarks>
/// The rule is that of RedundantIfNoQ (Frömmgen, Rizk, Erbshäußer, Weller, Koldehofe, Buchmann, Steinmetz: "A Programming Model for
/// Application-defined Multipath TCP Scheduling", Middleware 2017): fresh bytes first, redundancy with what is left. Ours makes one copy,
/// of whole chunks, and only where it may help:
/// <list type="bullet">
/// <item>after it the unsent rest still fits into the windows, so a transfer that fills its paths is sent once, as by ECF;</item>
/// <item>the other path has room for the whole chunk and is not dearer than the operator allows;</item>
/// <item>a copy would arrive before the loss could be repaired: a lone loss is found by a probe after two round trips (RFC 8985 section
/// 7.2) whose ACK or data takes one more way, so 2.5 round trips of the picked path bound half a round trip of the other.</item>
/// </list>
/// </remarks>
internal sealed class LowLatency(byte copyCostLimit) : IScheduler
{
    /// <summary>2.5 round trips of the picked path against 0.5 of the other.</summary>
    private const int UsefulSrttRatio = 5;

    /// <summary>
    /// Waiting for a window costs up to one round trip and half of one to arrive, against half a round trip of the other path.
    /// </summary>
    private const int WorthwhileSrttRatio = 3;

    private readonly Ecf _ecf = new("ecf");

    public string Name => "lowLatency";

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        int s = MinRtt.FastestWithSpace(subflows);
        if (s < 0 || send.UnsentBytes > subflows[s].Space)
        {
            return _ecf.Pick(subflows, send, out bytes);
        }

        int f = Standings.Fastest(subflows, subflows[s].Standing);
        bool arrivesEarlier = subflows[s].Srtt <= subflows[f].Srtt * WorthwhileSrttRatio;
        bytes = arrivesEarlier ? subflows[s].Space : 0;
        return arrivesEarlier ? s : -1;
    }

    public int PickCopies(ReadOnlySpan<SubflowView> subflows, in SendView send, int picked, int bytes)
    {
        ref readonly SubflowView carrier = ref subflows[picked];
        int copy = -1;
        long space = 0;
        for (int i = 0; i < subflows.Length; i++)
        {
            ref readonly SubflowView other = ref subflows[i];
            if (other.Standing != carrier.Standing)
            {
                continue;
            }

            space += Math.Max(0, other.Space);
            if (i != picked && other.Space >= bytes && other.CostClass <= copyCostLimit
                && other.Srtt < carrier.Srtt * UsefulSrttRatio && (copy < 0 || other.Srtt < subflows[copy].Srtt))
            {
                copy = i;
            }
        }

        return copy >= 0 && send.UnsentBytes + bytes <= space ? 1 << copy : 0;
    }
}
