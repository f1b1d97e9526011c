using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>The segments that were sent and not acknowledged cumulatively, and what is known of each (RFC 6675, RFC 8985).</summary>
/// <remarks>Each is in flight, sacked or lost; the counts of octets in each condition are kept, so that no question needs a walk.</remarks>
internal sealed class Scoreboard
{
    // A peer that acknowledges odd ranges must not cut the records into octets: it may double what whole segments need.
    private const int SpareSegments = 64;

    private readonly Deque<SentSegment> _segments = new(64);
    private Seq32 _highestDelivered;
    private long _transmissions;

    // Everything in front of these is known not to be lost, or not to be in flight.
    private int _firstLost;
    private int _firstInFlight;

    /// <summary>Segments that are remembered.</summary>
    public int Count => _segments.Count;

    /// <summary>Octets thought to be on their way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Octets that are lost and not sent again yet.</summary>
    public int Lost { get; private set; }

    /// <summary>Segments that were ever taken for lost, each as often as it was, also where that was an error.</summary>
    public long SegmentsLost { get; private set; }

    /// <summary>Octets acknowledged selectively.</summary>
    public int Sacked { get; private set; }

    /// <summary>Segments acknowledged selectively.</summary>
    public int SackedCount { get; private set; }

    public ref SentSegment this[int index] => ref _segments[index];

    public void Start(Seq32 first) => _highestDelivered = first;

    public void Add(in SentSegment segment)
    {
        _segments.AddLast(segment with { Order = ++_transmissions });
        InFlight += segment.Length;
    }

    /// <summary>Takes away all that ends at or before a cumulative ACK.</summary>
    public void AckTo(Seq32 ack, ref Delivery delivery)
    {
        var count = 0;
        while (count < _segments.Count)
        {
            ref var segment = ref _segments[count];
            if (segment.End > ack)
            {
                Trim(ref segment, ack, ref delivery);
                break;
            }

            Deliver(ref segment, ref delivery);
            SackedCount -= segment.IsSacked ? 1 : 0;
            count++;
        }

        _segments.RemoveFirst(count);
        _firstLost = Math.Max(0, _firstLost - count);
        _firstInFlight = Math.Max(0, _firstInFlight - count);
        _highestDelivered = Seq32.Later(_highestDelivered, ack);
    }

    /// <summary>Marks what lies in a range as arrived; segments that lie in it partly are cut, within the bound.</summary>
    public void Sack(Seq32 start, Seq32 end, int mss, ref Delivery delivery)
    {
        for (var i = FirstEndingAfter(start); i < _segments.Count && _segments[i].Start < end; i++)
        {
            if (_segments[i].IsSacked)
            {
                continue;
            }

            var before = start - _segments[i].Start;
            if (before > 0 && !TrySplit(i++, before, mss))
            {
                // Known as a whole or not at all.
                i--;
                continue;
            }

            if (_segments[i].End <= end || TrySplit(i, end - _segments[i].Start, mss))
            {
                MarkSacked(ref _segments[i], ref delivery);
            }
        }
    }

    /// <summary>Takes a segment that is in flight for lost.</summary>
    /// <param name="index">Which.</param>
    /// <param name="mss">Octets of a full segment: one that was left to the device to be cut counts as many.</param>
    public void MarkLost(int index, int mss)
    {
        ref var segment = ref _segments[index];
        segment.Flags |= SentFlags.Lost;
        InFlight -= segment.Length;
        Lost += segment.Length;
        SegmentsLost += Math.Max(1, (segment.Payload + mss - 1) / mss);
        _firstLost = Math.Min(_firstLost, index);
    }

    /// <summary>Takes all for lost that is in flight and has more octets than so many.</summary>
    public void MarkLargerLost(int octets)
    {
        for (var i = 0; i < _segments.Count; i++)
        {
            if (_segments[i].IsInFlight && _segments[i].Length > octets)
            {
                MarkLost(i, octets);
            }
        }
    }

    /// <summary>A segment is sent again, in full: cut it first if only a part of it is.</summary>
    public void MarkRetransmitted(int index, Instant now)
    {
        ref var segment = ref _segments[index];
        if (segment.IsLost)
        {
            Lost -= segment.Length;
            InFlight += segment.Length;
        }

        segment.Flags = (segment.Flags & ~SentFlags.Lost) | SentFlags.Retransmitted;
        segment.SentAt = now;
        segment.Order = ++_transmissions;
        _firstInFlight = Math.Min(_firstInFlight, index);
    }

    /// <summary>What was taken for lost and not sent again is taken back.</summary>
    public void ForgiveLost()
    {
        for (var i = FirstLost(); i >= 0; i = FirstLost())
        {
            ref var segment = ref _segments[i];
            segment.Flags &= ~SentFlags.Lost;
            Lost -= segment.Length;
            InFlight += segment.Length;
            _firstInFlight = Math.Min(_firstInFlight, i);
        }
    }

    /// <summary>The peer dropped what it had acknowledged selectively, as it may (RFC 2018 section 8).</summary>
    public void ForgetSacked()
    {
        for (var i = 0; i < _segments.Count; i++)
        {
            ref var segment = ref _segments[i];
            if (segment.IsSacked)
            {
                segment.Flags &= ~SentFlags.Sacked;
                InFlight += segment.Length;
                Sacked -= segment.Length;
            }
        }

        SackedCount = 0;
        _firstInFlight = 0;
    }

    /// <summary>The index of the first segment that is lost, or -1.</summary>
    public int FirstLost()
    {
        if (Lost == 0)
        {
            _firstLost = _segments.Count;
            return -1;
        }

        while (!_segments[_firstLost].IsLost)
        {
            _firstLost++;
        }

        return _firstLost;
    }

    /// <summary>The index of the first segment that is in flight; <see cref="Count"/> when none is.</summary>
    public int FirstInFlight()
    {
        while (_firstInFlight < _segments.Count && !_segments[_firstInFlight].IsInFlight)
        {
            _firstInFlight++;
        }

        return _firstInFlight;
    }

    /// <summary>The index of the first segment that ends after a number.</summary>
    public int FirstEndingAfter(Seq32 seq)
    {
        var low = 0;
        var high = _segments.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_segments[middle].End > seq)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>Cuts a segment in two behind so many octets; the FIN stays with the second.</summary>
    public void Split(int index, int octets)
    {
        var second = _segments[index];
        ref var first = ref _segments[index];
        first.Length = octets;
        first.Flags &= ~SentFlags.Fin;
        second.Start += octets;
        second.Length -= octets;
        SackedCount += second.IsSacked ? 1 : 0;
        _segments.Insert(index + 1, second);
        _firstLost += _firstLost > index ? 1 : 0;
        _firstInFlight += _firstInFlight > index ? 1 : 0;
    }

    private bool TrySplit(int index, int octets, int mss)
    {
        var allowed = _segments.Count < SpareSegments + (2L * (InFlight + Lost + Sacked) / mss);
        if (allowed)
        {
            Split(index, octets);
        }

        return allowed;
    }

    private void MarkSacked(ref SentSegment segment, ref Delivery delivery)
    {
        Deliver(ref segment, ref delivery);
        segment.Flags = (segment.Flags & ~SentFlags.Lost) | SentFlags.Sacked;
        Sacked += segment.Length;
        SackedCount++;
        delivery.SackedBytes += segment.Length;
    }

    private void Deliver(ref SentSegment segment, ref Delivery delivery)
    {
        if (segment.IsSacked)
        {
            Sacked -= segment.Length;
            return;
        }

        Remove(segment, segment.Length);
        delivery.Add(segment);
        var end = segment.End;
        if (end >= _highestDelivered)
        {
            _highestDelivered = end;
        }
        else
        {
            delivery.IsReordered |= !segment.IsRetransmitted;
        }
    }

    // The front of a segment is acknowledged, as after a retransmission in other portions.
    private void Trim(ref SentSegment segment, Seq32 ack, ref Delivery delivery)
    {
        var octets = ack - segment.Start;
        if (octets <= 0)
        {
            return;
        }

        segment.Start = ack;
        segment.Length -= octets;
        if (segment.IsSacked)
        {
            Sacked -= octets;
            return;
        }

        delivery.Bytes += octets;
        Remove(segment, octets);
    }

    private void Remove(in SentSegment segment, int octets)
    {
        Lost -= segment.IsLost ? octets : 0;
        InFlight -= segment.IsLost ? 0 : octets;
    }
}
