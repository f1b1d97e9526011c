namespace Multipath.Agent.Reflexes;

/// <summary>What the detector says of a subflow.</summary>
/// <param name="Silent">Data is outstanding and nothing came back for longer than the threshold.</param>
/// <param name="Busy">Data is outstanding, so that the subflow is worth watching closely.</param>
/// <param name="Silence">Time since the last sign of the peer while data was outstanding.</param>
/// <param name="Threshold">The silence that this path's round-trip time still explains.</param>
internal readonly record struct BlackholeVerdict(bool Silent, bool Busy, TimeSpan Silence, TimeSpan Threshold);

/// <summary>
/// Sees that a path swallows what is sent on it, at the sender and long before TCP's own timers: the peer acknowledges within a round
/// trip,
/// so that a silence of clearly more than one, while data is outstanding, means that the path is dead. A value without allocation,
/// one for each subflow; the time is an argument.
/// </summary>
/// <remarks>
/// The threshold was found by trials over emulated paths: 1.5 srtt + 4 rttvar is the earliest that a steady path allows; where the
/// round-trip time wanders (jitter redrawn every 50 ms) it fires nine times a minute, and 2 srtt + 4 rttvar once.
/// </remarks>
internal struct BlackholeDetector
{
    /// <summary>Acknowledgements may be delayed this long by the peer (Linux: TCP_DELACK_MIN), and the kernel's clock ticks in 4
    /// ms.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(40);

    /// <summary>A peer may hold back the acknowledgement of a single segment (RFC 9293, section 3.8.6.3); more than one it must
    /// answer.</summary>
    private static readonly TimeSpan DelayedAck = TimeSpan.FromMilliseconds(40);

    /// <summary>A queue stands at the bottleneck when so much is under way and the round trip is this multiple of its least.</summary>
    private const int StandingQueueSegments = 32;
    private const int StandingQueueFactor = 2;

    /// <summary>
    /// A standing queue drains without a pause, so that acknowledgements come every few milliseconds however long the round trip is: a
    /// silence of this, and of the path's jitter, is none that the queue explains.
    /// </summary>
    private static readonly TimeSpan AckClock = TimeSpan.FromMilliseconds(60);

    /// <summary>Where rttvar is more than this share of srtt, the path jitters.</summary>
    private const double JitteryShare = 0.15;

    private DateTimeOffset _outstandingSince;
    private DateTimeOffset _progressAt;
    private ulong _acked;
    private bool _outstanding;

    /// <summary>Takes one measurement.</summary>
    /// <param name="sample">The measurement.</param>
    /// <param name="cautious">The path gave a false alarm lately: the threshold of jittery paths holds.</param>
    /// <param name="now">When it was taken.</param>
    public BlackholeVerdict Observe(in SubflowSample sample, bool cautious, DateTimeOffset now)
    {
        if (sample.UnackedSegments == 0)
        {
            _outstanding = false;
            _acked = sample.BytesAcked;
            return default;
        }

        if (!_outstanding)
        {
            // Data became outstanding since the last look; its last segment bounds that from below, which errs on the safe side.
            _outstanding = true;
            _outstandingSince = now - TimeSpan.FromMilliseconds(sample.LastDataSentMs);
            _progressAt = _outstandingSince;
        }

        if (sample.BytesAcked != _acked)
        {
            _acked = sample.BytesAcked;
            _progressAt = now - TimeSpan.FromMilliseconds(sample.LastAckMs);
        }

        var threshold = Threshold(sample, cautious);
        var heard = now - TimeSpan.FromMilliseconds(sample.LastAckMs);
        var since = Latest(_outstandingSince, Latest(_progressAt, heard));
        var silence = now - since;
        return new BlackholeVerdict(sample.RttUs != 0 && silence > threshold, true, silence, threshold);
    }

    /// <summary>The longest silence that a path that answers may show.</summary>
    private static TimeSpan Threshold(in SubflowSample sample, bool cautious)
    {
        var jittery = cautious || sample.RttVarUs > JitteryShare * sample.RttUs;
        var factor = jittery ? 2.0 : 1.5;
        var threshold = TimeSpan.FromMicroseconds((factor * sample.RttUs) + (4.0 * sample.RttVarUs));
        threshold = threshold < Floor ? Floor : threshold;
        var clocked = AckClock + TimeSpan.FromMicroseconds(4.0 * sample.RttVarUs);
        if (!cautious && clocked < threshold && HasStandingQueue(sample))
        {
            return clocked;
        }

        return sample.UnackedSegments == 1 ? threshold + DelayedAck : threshold;
    }

    private static bool HasStandingQueue(in SubflowSample sample) =>
        sample.UnackedSegments >= StandingQueueSegments && sample.RttUs >= (ulong)StandingQueueFactor * sample.MinRttUs;

    private static DateTimeOffset Latest(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}
