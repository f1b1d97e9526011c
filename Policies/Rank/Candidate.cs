using Multipath.Policies.Model;

namespace Multipath.Policies.Rank;

/// <summary>A judged path, ready to be ordered.</summary>
/// <param name="Path">The path.</param>
/// <param name="Verdict">Its judgement.</param>
/// <param name="GoodNow">
/// True when what is seen of it now keeps the thresholds, whatever the timers say; of a path that had a setback its loss must be seen.
/// </param>
internal sealed record Candidate(ClassifiedPath Path, PathVerdict Verdict, bool GoodNow)
{
    internal PathKey Key => Path.Observation.Path;

    internal bool MayBeActive => Path.Class.Role == PathRole.Active;

    internal Standing Standing => Verdict.Verdict switch
    {
        Rank.Verdict.Usable => Standing.Usable,
        Rank.Verdict.Degraded => GoodNow ? Standing.Recovering : Standing.Bad,
        _ => Standing.Dead,
    };
}

/// <summary>How much a path is worth, best first.</summary>
internal enum Standing
{
    Usable,
    Recovering,
    Bad,
    Dead,
}
