using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Congestion;

/// <summary>CUBIC (RFC 9438) with HyStart++ (RFC 9406): the window is a cubic function of the time since the last loss.</summary>
public sealed class Cubic : ICongestionControl
{
    // RFC 9438 section 4.6 and 5.1.
    private const double Beta = 0.7;
    private const double C = 0.4;

    // RFC 9438 section 4.3: what a Reno flow that is to be matched adds in a round trip.
    private const double RenoAlpha = 3 * (1 - Beta) / (1 + Beta);

    private readonly HyStart _hyStart = new();
    private State _state = new() { Threshold = int.MaxValue };
    private State _before = new() { Threshold = int.MaxValue };
    private int _mss;

    /// <inheritdoc/>
    public string Name => "cubic";

    /// <inheritdoc/>
    public int Window => (int)_state.Window;

    /// <inheritdoc/>
    public int SlowStartThreshold => _state.Threshold;

    /// <inheritdoc/>
    public void HandleSegmentSize(int mss, Instant now)
    {
        _state.Window = _mss == 0 ? WindowLimits.InitialWindow(mss) : Math.Max(_state.Window, mss);
        _mss = mss;
    }

    /// <inheritdoc/>
    public void HandleTakeover(int bytes) => _state.Window = WindowLimits.Takeover(Window, SlowStartThreshold, _mss, bytes);

    /// <inheritdoc/>
    public void HandleAck(in AckSample sample)
    {
        if (!sample.IsWindowLimited)
        {
            // The function of time must not run on while the application sends less (RFC 9438 section 5.8).
            _state.EpochStart = Instant.Never;
            return;
        }

        if (_state.Window < _state.Threshold)
        {
            if (GrowExponentially(sample))
            {
                return;
            }
        }

        GrowCubically(sample);
    }

    /// <inheritdoc/>
    public void HandleLoss(in LossSample sample)
    {
        _before = _state;
        Reduce();
        _state.Window = _state.Threshold;
    }

    /// <inheritdoc/>
    public void HandleRecovered(Instant now) => _state.EpochStart = Instant.Never;

    /// <inheritdoc/>
    public void HandleTimeout(in LossSample sample)
    {
        if (sample.IsFirstTimeout)
        {
            _before = _state;
            Reduce();
            _state.IsAfterTimeout = true;
        }

        _state.Window = _mss;
        _hyStart.Reset();
    }

    /// <inheritdoc/>
    public void HandleSpuriousLoss(Instant now)
    {
        // RFC 9438 section 4.9.
        var window = Math.Max(_state.Window, _before.Window);
        var threshold = Math.Max(_state.Threshold, _before.Threshold);
        _state = _before with { Window = window, Threshold = threshold };
    }

    /// <inheritdoc/>
    public void HandleIdle(int restartWindow, Duration idle, Instant now)
    {
        _state.Window = Math.Min(_state.Window, restartWindow);
        _state.EpochStart = Instant.Never;
    }

    // Returns whether the ACK is used up by slow start.
    private bool GrowExponentially(in AckSample sample)
    {
        var over = _hyStart.HandleAck(sample, out var growth);
        _state.Window = WindowLimits.Clamp(Math.Min(_state.Window + growth, Math.Max(_state.Threshold, _state.Window)), _mss, 1);
        if (!over)
        {
            return _state.Window < _state.Threshold;
        }

        _state.Threshold = (int)_state.Window;
        return false;
    }

    private void GrowCubically(in AckSample sample)
    {
        if (_state.EpochStart == Instant.Never)
        {
            StartEpoch(sample.Now);
        }

        // Times are in seconds and windows in segments, as in RFC 9438 section 4.2.
        var window = _state.Window / _mss;
        var elapsed = (sample.Now - _state.EpochStart).TotalSeconds;
        var t = elapsed + sample.SmoothedRtt.TotalSeconds - _state.K;
        var target = Math.Clamp(C * t * t * t + _state.Origin, window, 1.5 * window);
        var acked = (double)sample.AckedBytes / _mss;

        // Past the window of the last loss, Reno's own pace is matched (section 4.3).
        var alpha = _state.RenoWindow >= _state.LastLossWindow ? 1 : RenoAlpha;
        _state.RenoWindow += alpha * acked / window;
        var t0 = elapsed - _state.K;
        if (C * t0 * t0 * t0 + _state.Origin < _state.RenoWindow)
        {
            window = Math.Max(window, _state.RenoWindow);
        }
        else
        {
            window += (target - window) / window * acked;
        }

        _state.Window = WindowLimits.Clamp(window * _mss, _mss, 1);
    }

    private void StartEpoch(Instant now)
    {
        var window = _state.Window / _mss;
        _state.EpochStart = now;
        _state.RenoWindow = window;
        if (_state.IsAfterTimeout)
        {
            // What the path carried before is not to be trusted: the function starts flat where slow start ended (RFC 9438 section 4.8).
            _state.LastMaximum = window;
            _state.IsAfterTimeout = false;
        }

        if (window >= _state.LastMaximum)
        {
            _state.K = 0;
            _state.Origin = window;
            return;
        }

        _state.K = Math.Cbrt((_state.LastMaximum - window) / C);
        _state.Origin = _state.LastMaximum;
    }

    private void Reduce()
    {
        var window = _state.Window / _mss;

        // Fast convergence: a flow that lost below its last maximum leaves room for others (RFC 9438 section 4.7).
        _state.LastMaximum = window < _state.LastMaximum ? window * (1 + Beta) / 2 : window;
        _state.LastLossWindow = window;
        _state.IsAfterTimeout = false;

        // Of the window, not of what was in flight (RFC 9438 section 4.6, as it allows where the window cannot grow unused: see
        // HandleAck). Else whoever sends messages ends up with windows smaller than one of them.
        _state.Threshold = WindowLimits.Clamp(_state.Window * Beta, _mss, WindowLimits.MinimumSegments);
        _state.EpochStart = Instant.Never;
    }

    // What is taken back as a whole when a loss turns out to be none. Windows in segments, except Window and Threshold.
    private struct State
    {
        public double Window;
        public int Threshold;
        public double LastMaximum;
        public double LastLossWindow;
        public double RenoWindow;
        public double Origin;
        public double K;
        public Instant EpochStart;
        public bool IsAfterTimeout;

        public State()
        {
            EpochStart = Instant.Never;
        }
    }
}
