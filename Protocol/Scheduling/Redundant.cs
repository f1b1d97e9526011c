namespace Multipath.Protocol.Scheduling;

/// <summary>
/// Every active subflow carries every byte, at its own pace (mptcp.org mptcp_redundant.c): the fastest copy counts, whichever it is.
/// </summary>
/// <remarks>
/// Goodput is that of the best path; the others carry, from their cursor, whatever was not data-ACKed yet. When a subflow has to wait for
/// its window the others do not. Backups carry data only when no active subflow is left, as with every scheduler.
/// </remarks>
internal sealed class Redundant : IScheduler
{
    public string Name => "redundant";

    public SchedulerMode Mode => SchedulerMode.Redundant;

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        Standing best = Standings.Best(subflows);
        int picked = -1;
        for (int i = 0; i < subflows.Length && best != Standing.Unusable; i++)
        {
            ref readonly SubflowView subflow = ref subflows[i];
            if (subflow.Standing == best && subflow.Space > 0 && subflow.UncarriedBytes > 0
                && (picked < 0 || subflow.Srtt < subflows[picked].Srtt))
            {
                picked = i;
            }
        }

        bytes = picked < 0 ? 0 : (int)Math.Min(subflows[picked].Space, subflows[picked].UncarriedBytes);
        return picked;
    }
}
