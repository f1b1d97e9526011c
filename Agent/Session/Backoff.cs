namespace Multipath.Agent.Session;

/// <summary>
/// Exponential backoff with full jitter: a fleet that lost its silo at one instant comes back spread over the whole interval.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan limit, Random random)
{
    /// <summary>Doublings beyond which the limit certainly holds; keeps the shift in range.</summary>
    private const int MaxDoublings = 20;

    private int _failures;

    /// <summary>The wait before the next attempt: uniform between 0 and the current ceiling.</summary>
    public TimeSpan Next()
    {
        var ceiling = Math.Min(first.TotalMilliseconds * (1 << Math.Min(_failures, MaxDoublings)), limit.TotalMilliseconds);
        _failures++;
        return TimeSpan.FromMilliseconds(ceiling * random.NextDouble());
    }

    /// <summary>It worked: the next failure starts over.</summary>
    public void Reset() => _failures = 0;
}
