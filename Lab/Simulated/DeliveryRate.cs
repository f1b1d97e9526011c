namespace Multipath.Lab.Simulated;

/// <summary>The rate at which data was acknowledged in the last full window. Pure: times are nanoseconds.</summary>
internal sealed class DeliveryRate
{
    private const long WindowNs = 100_000_000;

    private long _sinceNs;
    private long _bytes;

    /// <summary>Of the last window; 0 before its end.</summary>
    internal ulong BytesPerSecond { get; private set; }

    /// <summary>Some bytes were acknowledged.</summary>
    internal void Add(int bytes, long nowNs)
    {
        if (nowNs - _sinceNs > 2 * WindowNs)
        {
            // Nothing came for so long that a mean over it would say nothing.
            (_sinceNs, _bytes) = (nowNs, 0);
        }
        else if (nowNs - _sinceNs >= WindowNs)
        {
            BytesPerSecond = (ulong)(_bytes * 1e9 / (nowNs - _sinceNs));
            (_sinceNs, _bytes) = (nowNs, 0);
        }

        _bytes += bytes;
    }
}
