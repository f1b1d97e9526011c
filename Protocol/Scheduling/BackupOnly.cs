namespace Multipath.Protocol.Scheduling;

/// <summary>One subflow at a time carries all; the others stand by, whether the peer calls them backup or not.</summary>
/// <remarks>
/// It stays with its subflow, and waits for it, as long as none has a better standing: no data on idle paths, no flapping between equals.
/// Among equals it takes the cheapest, then the fastest. An active subflow that comes back takes over from a backup.
/// </remarks>
internal sealed class BackupOnly : IScheduler
{
    private int _current = -1;

    public string Name => "backup";

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        bytes = 0;
        int chosen = Choose(subflows, Standings.Best(subflows));
        if (chosen < 0)
        {
            return -1;
        }

        _current = subflows[chosen].Id;
        bytes = Math.Max(0, subflows[chosen].Space);
        return bytes > 0 ? chosen : -1;
    }

    public void HandleClosed(int subflow)
    {
        if (_current == subflow)
        {
            _current = -1;
        }
    }

    private int Choose(ReadOnlySpan<SubflowView> subflows, Standing standing)
    {
        int chosen = -1;
        for (int i = 0; i < subflows.Length && standing != Standing.Unusable; i++)
        {
            ref readonly SubflowView subflow = ref subflows[i];
            if (subflow.Standing != standing)
            {
                continue;
            }

            if (subflow.Id == _current)
            {
                return i;
            }

            if (chosen < 0 || subflow.CostClass < subflows[chosen].CostClass
                || (subflow.CostClass == subflows[chosen].CostClass && subflow.Srtt < subflows[chosen].Srtt))
            {
                chosen = i;
            }
        }

        return chosen;
    }
}
