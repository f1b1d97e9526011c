using Multipath.Agent.Reflexes;

namespace Multipath.Lab.Simulated;

/// <summary>
/// What one end of a subflow has sent and not seen acknowledged, its congestion window and TCP's measurements. Links keep the order, so
/// that an acknowledgement settles all that was sent before: it arrived or it is lost. Pure: time is an argument, in nanoseconds.
/// </summary>
internal sealed class SegmentFlight
{
    private const double FirstWindow = 10;
    private const double LeastWindow = 4;
    private const double Decrease = 0.7;

    /// <summary>A round trip that is longer than the shortest by this share, but no less than 4 ms, shows a queue.</summary>
    private const double QueueShare = 0.125;
    private const long LeastQueueNs = 4_000_000;

    private readonly Queue<Transmission> _flight = new();
    private readonly RoundTrip _roundTrip = new();
    private readonly DeliveryRate _rate = new();
    private double _window = FirstWindow;
    private double _threshold = double.MaxValue;
    private long _shortestNs = long.MaxValue;
    private long _index;
    private long _recoveryEndNs;
    private long _waitingSinceNs;
    private long _lastAckNs;
    private long _lastSentNs;
    private long _lastReceivedNs;
    private ulong _acked;
    private ulong _sent;
    private ulong _again;
    private ulong _received;

    /// <summary>The window allows one more.</summary>
    internal bool HasRoom => _flight.Count < (int)_window;

    /// <summary>Smoothed round-trip time; 0 before the first sample.</summary>
    internal uint RttUs => _roundTrip.MeanUs;

    /// <summary>When <see cref="HandleTimeout"/> is due; null while nothing is outstanding.</summary>
    internal long? TimeoutAtNs => _flight.Count == 0 ? null : _waitingSinceNs + _roundTrip.TimeoutNs;

    /// <summary>The handshake took this long.</summary>
    internal void HandleEstablished(long tookNs, long nowNs)
    {
        _roundTrip.HandleSample(Math.Max(tookNs, 1));
        _lastAckNs = _lastSentNs = _lastReceivedNs = nowNs;
    }

    /// <summary>Some bytes came from the other end.</summary>
    internal void HandleReceived(int bytes, long nowNs)
    {
        _received += (ulong)bytes;
        _lastReceivedNs = nowNs;
    }

    /// <summary>A segment leaves.</summary>
    internal Transmission Add(Segment segment, bool again, long nowNs)
    {
        if (_flight.Count == 0)
        {
            _waitingSinceNs = nowNs;
        }

        var transmission = new Transmission(_index++, segment, nowNs);
        _flight.Enqueue(transmission);
        _sent += (ulong)segment.Data.Length;
        _again += again ? (ulong)segment.Data.Length : 0;
        _lastSentNs = nowNs;
        return transmission;
    }

    /// <summary>The other end has this one.</summary>
    /// <returns>What is lost by that.</returns>
    internal IReadOnlyList<Segment> HandleAck(Transmission last, long nowNs)
    {
        _lastAckNs = _waitingSinceNs = nowNs;
        HandleRoundTrip(nowNs - last.SentNs);
        var full = _flight.Count >= (int)_window / 2;
        List<Segment> lost = [];
        while (_flight.TryPeek(out var transmission) && transmission.Index <= last.Index)
        {
            _flight.Dequeue();
            if (!transmission.Arrived)
            {
                lost.Add(transmission.Segment);
                continue;
            }

            transmission.Segment.Acked = true;
            _acked += (ulong)transmission.Segment.Data.Length;
            _rate.Add(transmission.Segment.Data.Length, nowNs);
            _window += !full ? 0 : _window < _threshold ? 1 : 1 / _window;
        }

        last.Segment.Acked = true;
        if (lost.Count > 0 && nowNs >= _recoveryEndNs)
        {
            _threshold = _window = Math.Max(LeastWindow, _window * Decrease);
            _recoveryEndNs = nowNs + (RttUs * 1000L);
        }

        return lost;
    }

    /// <summary>Nothing was acknowledged for too long: all that is outstanding counts as lost.</summary>
    internal IReadOnlyList<Segment> HandleTimeout()
    {
        _roundTrip.HandleTimeout();
        _threshold = Math.Max(LeastWindow, _window / 2);
        _window = 1;
        return TakeAll();
    }

    /// <summary>Takes out what is not known to have arrived.</summary>
    internal IReadOnlyList<Segment> TakeAll()
    {
        List<Segment> left = [.. _flight.Select(one => one.Segment).Where(segment => !segment.Acked)];
        _flight.Clear();
        return left;
    }

    /// <summary>What TCP would say of it.</summary>
    internal SubflowSample Sample(long nowNs) => new()
    {
        UnackedSegments = (uint)_flight.Count,
        LastAckMs = Age(_lastAckNs, nowNs),
        LastDataSentMs = Age(_lastSentNs, nowNs),
        LastDataReceivedMs = Age(_lastReceivedNs, nowNs),
        RttUs = _roundTrip.MeanUs,
        RttVarUs = _roundTrip.DeviationUs,
        BytesAcked = _acked,
        BytesSent = _sent,
        BytesReceived = _received,
        BytesRetransmitted = _again,
        DeliveryBytesPerSecond = _rate.BytesPerSecond,
    };

    /// <summary>The window stops doubling before it overflows the queue (RFC 9406).</summary>
    private void HandleRoundTrip(long tookNs)
    {
        _roundTrip.HandleSample(tookNs);
        _shortestNs = Math.Min(_shortestNs, tookNs);
        if (_window < _threshold && tookNs > _shortestNs + Math.Max(LeastQueueNs, (long)(_shortestNs * QueueShare)))
        {
            _threshold = _window;
        }
    }

    private static uint Age(long sinceNs, long nowNs) => (uint)((nowNs - sinceNs) / 1_000_000);
}
