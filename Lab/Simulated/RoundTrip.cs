namespace Multipath.Lab.Simulated;

/// <summary>Smoothed round-trip time, its deviation and the retransmission timeout (RFC 6298, section 2, with Linux's minimum).</summary>
internal sealed class RoundTrip
{
    private const double LeastTimeoutNs = 200e6;
    private const double FirstTimeoutNs = 1e9;
    private const int MostDoublings = 6;

    private double _meanNs;
    private double _deviationNs;
    private int _doublings;

    /// <summary>Microseconds; 0 before the first sample.</summary>
    internal uint MeanUs => (uint)(_meanNs / 1e3);

    /// <summary>Microseconds.</summary>
    internal uint DeviationUs => (uint)(_deviationNs / 1e3);

    /// <summary>How long to wait for an acknowledgement.</summary>
    internal long TimeoutNs
    {
        get
        {
            var timeout = _meanNs == 0 ? FirstTimeoutNs : Math.Max(LeastTimeoutNs, _meanNs + (4 * _deviationNs));
            return (long)timeout << _doublings;
        }
    }

    /// <summary>Something sent was answered after this long.</summary>
    internal void HandleSample(long tookNs)
    {
        _doublings = 0;
        if (_meanNs == 0)
        {
            (_meanNs, _deviationNs) = (tookNs, tookNs / 2.0);
            return;
        }

        _deviationNs += (Math.Abs(tookNs - _meanNs) - _deviationNs) / 4;
        _meanNs += (tookNs - _meanNs) / 8;
    }

    /// <summary>Nothing was answered in time.</summary>
    internal void HandleTimeout() => _doublings = Math.Min(_doublings + 1, MostDoublings);
}
