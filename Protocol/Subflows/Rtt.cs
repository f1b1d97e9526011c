using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>The round trip of a subflow and the retransmission timeout that follows from it (RFC 6298).</summary>
public sealed class Rtt
{
    // RFC 6298 sections 2.1 to 2.3.
    private const int SmoothedShare = 8;
    private const int VarianceShare = 4;
    private const int VarianceFactor = 4;
    private const int MaxBackoff = 16;

    // A shortest round trip that is older than this may be of a route that is no more.
    private static readonly Duration MinimumLifetime = Duration.FromSeconds(10);

    private readonly Duration _minTimeout;
    private readonly Duration _maxTimeout;
    private Duration _base;
    private Duration _nextMinimum = Duration.Max;
    private Instant _minimumSince;
    private int _backoff;

    internal Rtt(Duration initialTimeout, Duration minTimeout, Duration maxTimeout)
    {
        _base = initialTimeout;
        _minTimeout = minTimeout;
        _maxTimeout = maxTimeout;
    }

    /// <summary>SRTT; zero before the first sample.</summary>
    public Duration Smoothed { get; private set; }

    /// <summary>RTTVAR; zero before the first sample.</summary>
    public Duration Variance { get; private set; }

    /// <summary>The last sample; zero before the first.</summary>
    public Duration Latest { get; private set; }

    /// <summary>The shortest sample of the last 10 to 20 seconds; zero before the first.</summary>
    public Duration Minimum { get; private set; }

    /// <summary>Whether there has been a sample.</summary>
    public bool HasSample { get; private set; }

    /// <summary>RTO with its backoff: how long to wait for an acknowledgment before the next retransmission.</summary>
    public Duration Timeout => Duration.Shorter(new Duration(_base.Micros << _backoff), _maxTimeout);

    /// <summary>RTO without backoff.</summary>
    public Duration BaseTimeout => _base;

    /// <summary>Takes the round trip that an ACK tells, if it tells one; returns it, or zero.</summary>
    internal Duration Measure(in AckContext ack, in Delivery delivery, Timestamps timestamps, Duration longest)
    {
        // Karn: a segment that was sent more than once says nothing (RFC 6298 section 3), unless its timestamp does. What is
        // acknowledged together with one may have waited behind it. When the peer had it already, its first ACK was lost, and the
        // timestamp is of then: it would measure our own timeout, and the next one would be longer still.
        var sample = delivery.HasOriginal && !delivery.HasRetransmitted ? ack.Now - delivery.NewestOriginalAt
            : ack.Advanced && !delivery.HasDuplicateReport && ack.Echo is { } echo ? timestamps.Since(echo, ack.Now)
            : Duration.Zero;
        if (sample <= Duration.Zero || sample >= longest)
        {
            return Duration.Zero;
        }

        HandleSample(sample, ack.Now);
        return sample;
    }

    /// <summary>What an ACK means to a congestion control, given the round trip that it told.</summary>
    internal AckSample Sample(
        in AckContext ack, int octets, Duration told, SegmentSizes sizes, bool isWindowLimited, bool isRoundStart) => new()
        {
            Now = ack.Now,
            AckedBytes = octets,
            InFlightBefore = ack.InFlightBefore,
            Rtt = told,
            SmoothedRtt = Smoothed,
            MinRtt = Minimum,
            Mss = sizes.Mss,
            BurstBytes = sizes.Burst,
            IsWindowLimited = isWindowLimited,
            IsRoundStart = isRoundStart,
        };

    /// <summary>What a loss means to a congestion control.</summary>
    internal LossSample Loss(Instant now, int outstanding, int mss, bool isFirstTimeout) =>
        new() { Now = now, InFlight = outstanding, Mss = mss, SmoothedRtt = Smoothed, IsFirstTimeout = isFirstTimeout };

    internal void HandleSample(Duration sample, Instant now)
    {
        // A clock that is coarser than the path still measures something.
        sample = Duration.Longer(sample, Duration.FromMicros(1));
        Latest = sample;
        if (!HasSample)
        {
            HasSample = true;
            Smoothed = sample;
            Variance = sample / 2;
            Minimum = sample;
            _minimumSince = now;
        }
        else
        {
            var error = Math.Abs(Smoothed.Micros - sample.Micros);
            Variance = new Duration(Variance.Micros + ((error - Variance.Micros) / VarianceShare));
            Smoothed = new Duration(Smoothed.Micros + ((sample.Micros - Smoothed.Micros) / SmoothedShare));
            UpdateMinimum(sample, now);
        }

        _base = Duration.Clamp(Smoothed + (Variance * VarianceFactor), _minTimeout, _maxTimeout);
        _backoff = 0;
    }

    /// <summary>The timer expired: twice as long the next time (RFC 6298 section 5.5).</summary>
    internal void BackOff() => _backoff = Math.Min(_backoff + 1, MaxBackoff);

    /// <summary>The handshake is over: what it waited for says nothing about data.</summary>
    internal void ResetBackoff() => _backoff = 0;

    /// <summary>After a lost SYN, data starts with a longer timeout unless a sample says better (RFC 6298 section 5.7).</summary>
    internal void RaiseBase(Duration timeout) => _base = HasSample ? _base : Duration.Longer(_base, timeout);

    // The minimum of two adjoining spans, so that an old one is forgotten without a list of samples.
    private void UpdateMinimum(Duration sample, Instant now)
    {
        _nextMinimum = Duration.Shorter(_nextMinimum, sample);
        Minimum = Duration.Shorter(Minimum, sample);
        if (now - _minimumSince > MinimumLifetime)
        {
            Minimum = _nextMinimum;
            _nextMinimum = sample;
            _minimumSince = now;
        }
    }
}
