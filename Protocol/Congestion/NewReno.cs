using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Congestion;

/// <summary>Slow start and additive increase, multiplicative decrease (RFC 5681), counting bytes (RFC 3465).</summary>
/// <remarks>The recovery of RFC 6582 itself is the subflow's: this is only its window.</remarks>
public sealed class NewReno : ICongestionControl
{
    private int _mss;
    private int _ackedSinceGrowth;
    private int _windowBefore;
    private int _thresholdBefore = int.MaxValue;

    /// <inheritdoc/>
    public string Name => "reno";

    /// <inheritdoc/>
    public int Window { get; private set; }

    /// <inheritdoc/>
    public int SlowStartThreshold { get; private set; } = int.MaxValue;

    /// <inheritdoc/>
    public void HandleSegmentSize(int mss, Instant now)
    {
        Window = _mss == 0 ? WindowLimits.InitialWindow(mss) : Math.Max(Window, mss);
        _mss = mss;
    }

    /// <inheritdoc/>
    public void HandleTakeover(int bytes) => Window = WindowLimits.Takeover(Window, SlowStartThreshold, _mss, bytes);

    /// <inheritdoc/>
    public void HandleAck(in AckSample sample)
    {
        if (!sample.IsWindowLimited)
        {
            return;
        }

        var acked = sample.AckedBytes;
        if (Window < SlowStartThreshold)
        {
            var growth = (int)Math.Min(acked, Math.Min((long)SlowStartThreshold - Window, WindowLimits.MaximumWindow - Window));
            Window += growth;
            acked -= growth;
        }

        if (Window < SlowStartThreshold || acked == 0)
        {
            return;
        }

        // One segment for each window that was acknowledged (RFC 5681 section 3.1, RFC 3465 section 2.1).
        _ackedSinceGrowth += acked;
        if (_ackedSinceGrowth >= Window)
        {
            _ackedSinceGrowth -= Window;
            Window = WindowLimits.Clamp((double)Window + _mss, _mss, 1);
        }
    }

    /// <inheritdoc/>
    public void HandleLoss(in LossSample sample)
    {
        Remember();
        SlowStartThreshold = WindowLimits.Clamp(sample.InFlight / 2, _mss, WindowLimits.MinimumSegments);
        Window = SlowStartThreshold;
        _ackedSinceGrowth = 0;
    }

    /// <inheritdoc/>
    public void HandleRecovered(Instant now) => _ackedSinceGrowth = 0;

    /// <inheritdoc/>
    public void HandleTimeout(in LossSample sample)
    {
        if (sample.IsFirstTimeout)
        {
            Remember();
            SlowStartThreshold = WindowLimits.Clamp(sample.InFlight / 2, _mss, WindowLimits.MinimumSegments);
        }

        Window = _mss;
        _ackedSinceGrowth = 0;
    }

    /// <inheritdoc/>
    public void HandleSpuriousLoss(Instant now)
    {
        Window = Math.Max(Window, _windowBefore);
        SlowStartThreshold = Math.Max(SlowStartThreshold, _thresholdBefore);
    }

    /// <inheritdoc/>
    public void HandleIdle(int restartWindow, Duration idle, Instant now) => Window = Math.Min(Window, restartWindow);

    private void Remember()
    {
        _windowBefore = Window;
        _thresholdBefore = SlowStartThreshold;
    }
}
