namespace Multipath.Protocol.Scheduling;

/// <summary>
/// The subflow with the lowest round-trip time among those that have space (mptcp.org's default, mptcp_sched.c
/// get_available_subflow).
/// </summary>
/// <remarks>Work-conserving: it waits only when no subflow of the best standing has space.</remarks>
internal sealed class MinRtt : IScheduler
{
    public string Name => "minRtt";

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        int picked = FastestWithSpace(subflows);
        bytes = picked < 0 ? 0 : subflows[picked].Space;
        return picked;
    }

    /// <summary>The pick that several schedulers start from; -1 if no subflow of the best standing has space.</summary>
    internal static int FastestWithSpace(ReadOnlySpan<SubflowView> subflows)
    {
        Standing best = Standings.Best(subflows);
        int picked = -1;
        for (int i = 0; i < subflows.Length; i++)
        {
            if (subflows[i].Standing == best && best != Standing.Unusable && subflows[i].Space > 0
                && (picked < 0 || subflows[i].Srtt < subflows[picked].Srtt))
            {
                picked = i;
            }
        }

        return picked;
    }
}
