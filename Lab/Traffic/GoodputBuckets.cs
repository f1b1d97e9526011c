namespace Multipath.Lab.Traffic;

/// <summary>Received bytes in buckets of 100 ms from the first receive on. Pure: times are microseconds of any steady clock.</summary>
internal sealed class GoodputBuckets
{
    /// <summary>Width of a bucket.</summary>
    internal const long WidthUs = 100_000;

    /// <summary>Buckets at most: ten minutes, longer than any transfer of a lab; what comes later counts into the last.</summary>
    internal const int MaxBuckets = 6000;

    private readonly List<long> _bytes = [];
    private long _firstUs = -1;

    /// <summary>Bytes in each bucket so far.</summary>
    internal IReadOnlyList<long> Bytes => _bytes;

    /// <summary>Some bytes have come.</summary>
    internal void HandleReceive(long nowUs, int bytes)
    {
        _firstUs = _firstUs < 0 ? nowUs : _firstUs;
        var index = (int)Math.Min((nowUs - _firstUs) / WidthUs, MaxBuckets - 1);
        while (_bytes.Count <= index)
        {
            _bytes.Add(0);
        }

        _bytes[index] += bytes;
    }

    /// <summary>Mean rate over whole buckets, in Mbit/s of payload: from one second after the first receive to another.</summary>
    internal double MegabitsPerSecond(double fromSecond, double toSecond)
    {
        var from = (int)(fromSecond * 1e6 / WidthUs);
        var to = (int)(toSecond * 1e6 / WidthUs);
        var sum = _bytes.Skip(from).Take(to - from).Sum();
        return sum * 8 / ((to - from) * (double)WidthUs);
    }
}
