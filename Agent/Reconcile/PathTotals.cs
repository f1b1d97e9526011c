using Multipath.Agent.Reflexes;

namespace Multipath.Agent.Reconcile;

/// <summary>What happened on a path between two measurements. Round-trip times weigh by the bytes they were taken on.</summary>
internal readonly record struct PathStep(
    DateTimeOffset At,
    ulong Sent = 0,
    ulong Received = 0,
    ulong Retransmitted = 0,
    double Weight = 0,
    double WeightedRttUs = 0,
    double WeightedVarUs = 0,
    ulong Delivery = 0)
{
    public PathStep Add(in SubflowSample before, in SubflowSample after)
    {
        var sent = after.BytesSent - before.BytesSent;
        // The smoothed time is a measurement when something was acknowledged since; the first one is of the handshake.
        var measured = after.RttUs != 0 && (before.RttUs == 0 || after.BytesAcked > before.BytesAcked);
        var weight = measured ? 1.0 + sent : 0;
        return this with
        {
            Sent = Sent + sent,
            Received = Received + (after.BytesReceived - Math.Min(before.BytesReceived, after.BytesReceived)),
            Retransmitted = Retransmitted + (after.BytesRetransmitted - Math.Min(before.BytesRetransmitted, after.BytesRetransmitted)),
            Weight = Weight + weight,
            WeightedRttUs = WeightedRttUs + (weight * after.RttUs),
            WeightedVarUs = WeightedVarUs + (weight * after.RttVarUs),
            Delivery = sent > 0 ? Math.Max(Delivery, after.DeliveryBytesPerSecond) : Delivery,
        };
    }
}

/// <summary>The counters of one path, and its steps of the last seconds. Pure.</summary>
internal sealed class PathTotals
{
    /// <summary>About 20 full segments: below that one loss says nothing.</summary>
    private const ulong LeastBytes = 28_000;

    /// <summary>
    /// The end of a slow start loses up to half a window within one round trip and sends it again in the next ones; over this many the
    /// share stays below what policies call degraded, and loss that lasts does not.
    /// </summary>
    private const int LeastRoundTrips = 6;

    /// <summary>Less than this is an accident, however short the round trip is.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(300);

    /// <summary>Steps in the window at the shortest report interval; older ones go.</summary>
    private const int StepLimit = 512;

    private readonly LinkedList<PathStep> _window = new();
    private DateTimeOffset _measuredAt;
    private ulong _sent;
    private ulong _received;
    private double? _rttMs;
    private double? _varMs;

    /// <summary>True while something was measured that is not too old.</summary>
    public bool IsFresh => _window.Count > 0 || _rttMs is not null;

    public void Add(PathStep step, DateTimeOffset now)
    {
        _sent += step.Sent;
        _received += step.Received;
        if (step.Weight > 0)
        {
            _rttMs = step.WeightedRttUs / step.Weight / 1000;
            _varMs = step.WeightedVarUs / step.Weight / 1000;
            _measuredAt = now;
        }

        _window.AddLast(step);
        Expire(now);
    }

    public void Expire(DateTimeOffset now)
    {
        while (_window.Count > StepLimit || (_window.First is { } oldest && now - oldest.Value.At > PathMeter.Window))
        {
            _window.RemoveFirst();
        }

        if (now - _measuredAt > PathMeter.RttLasts)
        {
            (_rttMs, _varMs) = (null, null);
        }
    }

    public PathMeasurement Read()
    {
        var delivery = _window.Aggregate(0ul, (most, step) => Math.Max(most, step.Delivery));
        return new PathMeasurement(_rttMs, _varMs, LossPct(), delivery == 0 ? null : delivery, _sent, _received);
    }

    /// <summary>
    /// Over the newest steps that say enough, so that a path that went bad is not excused by what it carried before; null when even all of
    /// them say too little.
    /// </summary>
    private double? LossPct()
    {
        var (sent, again) = (0ul, 0ul);
        var least = TimeSpan.FromMilliseconds(LeastRoundTrips * (_rttMs ?? 0));
        least = least > LeastTime ? least : LeastTime;
        for (var node = _window.Last; node is not null; node = node.Previous)
        {
            sent += node.Value.Sent;
            again += node.Value.Retransmitted;
            // A step covers the time since the one before it.
            var covered = _window.Last!.Value.At - (node.Previous?.Value.At ?? node.Value.At);
            if (sent >= LeastBytes && covered >= least)
            {
                break;
            }
        }

        return sent >= LeastBytes ? Math.Min(100.0, 100.0 * again / sent) : null;
    }
}
