using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Congestion;

/// <summary>
/// What LIA and OLIA share: all but the increase in congestion avoidance is as in <see cref="NewReno"/> (RFC 6356 section 3).
/// </summary>
public abstract class CoupledControl : ICongestionControl
{
    private int _mss;
    private double _credit;
    private int _windowBefore;
    private int _thresholdBefore = int.MaxValue;

    /// <summary>Joins a group.</summary>
    /// <param name="group">The group of the connection.</param>
    protected CoupledControl(CoupledGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        Group = group;
        group.Add(this);
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public int Window { get; private set; }

    /// <inheritdoc/>
    public int SlowStartThreshold { get; private set; } = int.MaxValue;

    internal double RttSeconds { get; private set; }

    internal bool HasRtt => RttSeconds > 0;

    /// <summary>The subflows that grow together.</summary>
    protected CoupledGroup Group { get; }

    /// <summary>Segments that the window holds at least after a loss.</summary>
    private protected virtual int LeastSegments => WindowLimits.MinimumSegments;

    /// <inheritdoc/>
    public void HandleSegmentSize(int mss, Instant now)
    {
        SetWindow(_mss == 0 ? WindowLimits.InitialWindow(mss) : Math.Max(Window, mss));
        _mss = mss;
    }

    /// <inheritdoc/>
    public void HandleTakeover(int bytes) => SetWindow(WindowLimits.Takeover(Window, SlowStartThreshold, _mss, bytes));

    /// <inheritdoc/>
    public void HandleAck(in AckSample sample)
    {
        HandleDelivered(sample.AckedBytes);
        if (sample.IsRoundStart || !HasRtt)
        {
            RttSeconds = sample.SmoothedRtt.TotalSeconds;
            Group.HandleChange();
        }

        if (!sample.IsWindowLimited)
        {
            return;
        }

        int acked = sample.AckedBytes;
        if (Window < SlowStartThreshold)
        {
            int growth = (int)Math.Min(acked, Math.Min((long)SlowStartThreshold - Window, WindowLimits.MaximumWindow - Window));
            SetWindow(Window + growth);
            acked -= growth;
        }

        if (Window >= SlowStartThreshold && acked > 0)
        {
            Grow(Increase(acked, _mss));
        }
    }

    /// <inheritdoc/>
    public void HandleLoss(in LossSample sample)
    {
        Remember();
        HandleLossEvent();
        SlowStartThreshold = WindowLimits.Clamp(sample.InFlight / 2, _mss, LeastSegments);
        SetWindow(SlowStartThreshold);
    }

    /// <inheritdoc/>
    public void HandleRecovered(Instant now) => _credit = 0;

    /// <inheritdoc/>
    public void HandleTimeout(in LossSample sample)
    {
        if (sample.IsFirstTimeout)
        {
            Remember();
            HandleLossEvent();
            SlowStartThreshold = WindowLimits.Clamp(sample.InFlight / 2, _mss, LeastSegments);
        }

        SetWindow(_mss);
    }

    /// <inheritdoc/>
    public void HandleSpuriousLoss(Instant now)
    {
        SlowStartThreshold = Math.Max(SlowStartThreshold, _thresholdBefore);
        SetWindow(Math.Max(Window, _windowBefore));
    }

    /// <inheritdoc/>
    public void HandleIdle(int restartWindow, Duration idle, Instant now) => SetWindow(Math.Min(Window, restartWindow));

    /// <summary>Bytes by which the window grows in congestion avoidance; below 0 it shrinks.</summary>
    /// <param name="acked">Bytes that an ACK newly acknowledged.</param>
    /// <param name="mss">Bytes of payload in a full segment.</param>
    private protected abstract double Increase(int acked, int mss);

    /// <summary>Bytes were delivered, in whatever state.</summary>
    private protected virtual void HandleDelivered(int bytes)
    {
    }

    /// <summary>A loss or the first timeout of a row, before the window falls.</summary>
    private protected virtual void HandleLossEvent()
    {
    }

    /// <summary>The window moves by whole segments, like that of any TCP.</summary>
    private void Grow(double bytes)
    {
        _credit += bytes;
        if (_credit >= _mss || _credit <= -_mss)
        {
            double whole = Math.Truncate(_credit / _mss) * _mss;
            _credit -= whole;
            SetWindow(WindowLimits.Clamp(Window + whole, _mss, 1));
        }
    }

    private void SetWindow(int window)
    {
        if (window < Window)
        {
            _credit = 0;
        }

        Window = window;
        Group.HandleChange();
    }

    private void Remember()
    {
        _windowBefore = Window;
        _thresholdBefore = SlowStartThreshold;
    }
}
