namespace Multipath.Lab.Simulated;

/// <summary>Which subflow the next segment goes over, as the kernel's scheduler has it.</summary>
internal static class SubflowChoice
{
    /// <summary>The quickest with room among the active ones; among the backups only when no active one is usable.</summary>
    /// <returns>Null when the segment has to wait.</returns>
    internal static SubflowEnd? Of(IReadOnlyList<SubflowEnd> subflows)
    {
        var best = int.MaxValue;
        foreach (var subflow in subflows)
        {
            best = Math.Min(best, Rank(subflow));
        }

        SubflowEnd? chosen = null;
        foreach (var subflow in subflows)
        {
            if (best < int.MaxValue && Rank(subflow) == best && subflow.HasRoom && (chosen is null || subflow.RttUs < chosen.RttUs))
            {
                chosen = subflow;
            }
        }

        return chosen;
    }

    private static int Rank(SubflowEnd subflow) => subflow switch
    {
        { Phase: not SubflowPhase.Established } => int.MaxValue,
        { IsStalled: true } => 2,
        { IsBackup: true } => 1,
        _ => 0,
    };
}
