namespace Multipath.Lab.Traffic;

/// <summary>
/// The gaps between receives: the longest of all, and the longest that had not ended by a moment such as a cut. Pure: times are
/// microseconds of any steady clock. Only gaps that matter are kept, and a bounded number of them.
/// </summary>
internal sealed class GapRecorder
{
    /// <summary>Gaps shorter than this are only counted into the overall maximum: pacing makes thousands of them.</summary>
    internal const long KeptFromUs = 5_000;

    /// <summary>Kept gaps at most: with gaps of 5 ms and more, at least 40 s of them.</summary>
    internal const int MaxKept = 8192;

    /// <summary>
    /// What a cut brings about begins within a second of it. Gaps that begin later have other causes: a bulk transfer that has the
    /// remaining path to itself fills that path's queue after 2 s, loses packets there, and waits for their repetition.
    /// </summary>
    internal const long EffectUs = 1_000_000;

    private readonly List<(long EndUs, long LengthUs)> _kept = new(MaxKept);
    private long _lastUs = -1;

    /// <summary>The longest gap so far, in microseconds; 0 before the second receive.</summary>
    internal long LongestUs { get; private set; }

    /// <summary>When the first data came; 0 before.</summary>
    internal long FirstUs { get; private set; }

    /// <summary>When the longest gap began.</summary>
    internal long LongestBeganUs { get; private set; }

    /// <summary>Data has come, or the end of the stream, which ends a gap too.</summary>
    internal void HandleReceive(long nowUs)
    {
        if (_lastUs >= 0)
        {
            var length = nowUs - _lastUs;
            if (length > LongestUs)
            {
                LongestUs = length;
                LongestBeganUs = _lastUs;
            }

            if (length >= KeptFromUs && _kept.Count < MaxKept)
            {
                _kept.Add((nowUs, length));
            }
        }
        else
        {
            FirstUs = nowUs;
        }

        _lastUs = nowUs;
    }

    /// <summary>
    /// The longest gap that ended after a moment and had begun at most <see cref="EffectUs"/> behind it, whole: one that had begun
    /// before the moment counts from its beginning, as the receiver felt it. 0 when none was as long as <see cref="KeptFromUs"/>.
    /// </summary>
    internal long LongestFromUs(long momentUs)
    {
        var longest = 0L;
        foreach (var (endUs, lengthUs) in _kept)
        {
            var counts = endUs > momentUs && endUs - lengthUs <= momentUs + EffectUs;
            longest = counts ? Math.Max(longest, lengthUs) : longest;
        }

        return longest;
    }
}
