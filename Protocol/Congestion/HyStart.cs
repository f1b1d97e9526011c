using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Congestion;

/// <summary>HyStart++ (RFC 9406): leaves slow start when the round trip grows, before the queue overflows.</summary>
/// <remarks>
/// A growing round trip first leads to conservative slow start, which grows at a quarter of the pace; if the round trip falls back
/// within its five rounds, the growth was an error and slow start goes on.
/// </remarks>
internal sealed class HyStart
{
    // RFC 9406 section 4.3.
    private const int SamplesNeeded = 8;
    private const int GrowthDivisor = 4;
    private const int ConservativeRounds = 5;
    private const int RttDivisor = 8;

    // Without pacing a burst's own queueing would look like congestion, so that growth for one ACK is bounded: L of section 4.2. The ACK
    // of a merged segment grows the window by all of it, or else slow start would not double.
    private const int SegmentsForAck = 8;
    private const int BurstsForAck = 2;

    private static readonly Duration MinThreshold = Duration.FromMillis(4);
    private static readonly Duration MaxThreshold = Duration.FromMillis(16);

    private Duration _lastRoundMin = Duration.Max;
    private Duration _roundMin = Duration.Max;
    private Duration _baseline = Duration.Max;
    private int _samples;
    private int _roundsLeft;

    /// <summary>Whether the round trip has grown and growth is slowed until that is sure.</summary>
    public bool IsConservative => _roundsLeft > 0;

    /// <summary>Starts anew, as slow start does after a timeout.</summary>
    public void Reset()
    {
        _lastRoundMin = _roundMin = _baseline = Duration.Max;
        _samples = 0;
        _roundsLeft = 0;
    }

    /// <summary>Takes an ACK of slow start.</summary>
    /// <param name="sample">The ACK.</param>
    /// <param name="growth">Bytes by which the window may grow.</param>
    /// <returns>Whether slow start is over.</returns>
    public bool HandleAck(in AckSample sample, out int growth)
    {
        var over = sample.IsRoundStart && StartRound();
        if (sample.Rtt > Duration.Zero)
        {
            HandleRtt(sample.Rtt);
        }

        growth = (int)Math.Min(sample.AckedBytes, Math.Max((long)SegmentsForAck * sample.Mss, (long)BurstsForAck * sample.BurstBytes));
        if (IsConservative)
        {
            growth /= GrowthDivisor;
        }

        return over;
    }

    private bool StartRound()
    {
        _lastRoundMin = _roundMin;
        _roundMin = Duration.Max;
        _samples = 0;
        return _roundsLeft > 0 && --_roundsLeft == 0;
    }

    private void HandleRtt(Duration rtt)
    {
        _roundMin = Duration.Shorter(_roundMin, rtt);
        _samples++;
        if (_samples < SamplesNeeded)
        {
            return;
        }

        if (IsConservative)
        {
            if (_roundMin < _baseline)
            {
                _baseline = Duration.Max;
                _roundsLeft = 0;
            }

            return;
        }

        if (_roundMin == Duration.Max || _lastRoundMin == Duration.Max)
        {
            return;
        }

        var threshold = Duration.Clamp(_lastRoundMin / RttDivisor, MinThreshold, MaxThreshold);
        if (_roundMin >= _lastRoundMin + threshold)
        {
            _baseline = _roundMin;
            _roundsLeft = ConservativeRounds;
        }
    }
}
