namespace Multipath.Protocol.Scheduling;

/// <summary>Which subflows come into question: those of the best standing that any has.</summary>
internal static class Standings
{
    /// <summary>The best standing; <see cref="Standing.Unusable"/> if there is no usable subflow.</summary>
    public static Standing Best(ReadOnlySpan<SubflowView> subflows)
    {
        Standing best = Standing.Unusable;
        foreach (ref readonly SubflowView subflow in subflows)
        {
            if (subflow.Standing < best)
            {
                best = subflow.Standing;
            }
        }

        return best;
    }

    /// <summary>The subflow of a standing with the lowest round-trip time, with space or without; -1 if none has that standing.</summary>
    public static int Fastest(ReadOnlySpan<SubflowView> subflows, Standing standing)
    {
        int fastest = -1;
        for (int i = 0; i < subflows.Length; i++)
        {
            if (subflows[i].Standing == standing && (fastest < 0 || subflows[i].Srtt < subflows[fastest].Srtt))
            {
                fastest = i;
            }
        }

        return fastest;
    }
}
