using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>RACK (RFC 8985 section 6): what was sent well before something that has arrived is lost.</summary>
internal sealed class Rack
{
    // RFC 8985 section 6.2 step 4: the part of the shortest round trip by which segments may be late, and how long a growth of it holds.
    private const int MinRttDivisor = 4;
    private const int RecoveriesToHold = 16;

    // RFC 5681 section 3.2: so many arrivals behind a gap mean a loss, where no reordering was ever seen.
    private const int DuplicateThreshold = 3;

    private long _order;
    private Seq32 _end;
    private Duration _rtt;
    private Seq32 _duplicateRoundEnd;
    private bool _inDuplicateRound;
    private bool _hasSample;
    private int _multiplier = 1;
    private int _recoveriesLeft = RecoveriesToHold;

    /// <summary>Whether segments were seen to overtake each other.</summary>
    public bool ReorderingSeen { get; private set; }

    /// <summary>The most recent round trip, of the segment that was sent last of those that arrived.</summary>
    public Duration LatestRtt => _rtt;

    /// <summary>Takes what an ACK delivered (steps 1 to 4).</summary>
    public void HandleDelivery(in Delivery delivery, in AckContext ack, Timestamps timestamps, Duration minRtt)
    {
        var now = ack.Now;
        if (delivery.HasOriginal)
        {
            Update(now - delivery.NewestOriginalAt, delivery.NewestOriginalOrder, delivery.NewestOriginalEnd);
        }

        // An ACK of a retransmission that is faster than the path is one of the original (step 2), and so is one that echoes an older
        // timestamp; behind a gap the echo is of something else (RFC 7323 section 4.3).
        if (delivery.HasRetransmitted && now - delivery.NewestRetransmittedAt >= minRtt
            && !(ack.Echo is { } echo && delivery.NewestRetransmittedEnd <= ack.Acked
                && timestamps.IsOlder(echo, delivery.NewestRetransmittedAt)))
        {
            Update(now - delivery.NewestRetransmittedAt, delivery.NewestRetransmittedOrder, delivery.NewestRetransmittedEnd);
        }

        ReorderingSeen |= delivery.IsReordered;
        if (_inDuplicateRound && ack.Acked >= _duplicateRoundEnd)
        {
            _inDuplicateRound = false;
        }

        if (delivery.HasDuplicateReport && !_inDuplicateRound)
        {
            // One of our retransmissions was needless: wait longer, once in a round trip.
            _inDuplicateRound = true;
            _duplicateRoundEnd = ack.Next;
            _multiplier++;
            _recoveriesLeft = RecoveriesToHold;
        }
    }

    /// <summary>A recovery ended; after some without needless retransmissions the window of reordering is small again.</summary>
    public void HandleRecovered()
    {
        if (--_recoveriesLeft <= 0)
        {
            _multiplier = 1;
            _recoveriesLeft = RecoveriesToHold;
        }
    }

    /// <summary>Marks what is lost (step 5).</summary>
    /// <returns>When to look again; <see cref="Instant.Never"/> if nothing waits.</returns>
    public Instant DetectLoss(Scoreboard board, Rtt rtt, bool inRecovery, int mss, Instant now)
    {
        if (!_hasSample)
        {
            return Instant.Never;
        }

        var window = ReorderWindow(board, rtt, inRecovery, mss);
        var again = Instant.Never;
        for (var i = board.FirstInFlight(); i < board.Count; i++)
        {
            ref var segment = ref board[i];
            if (!segment.IsInFlight)
            {
                continue;
            }

            if (!WasSentBefore(segment))
            {
                // Segments that were sent once stand in the order of their times: none behind this one was sent earlier.
                if (!segment.IsRetransmitted)
                {
                    break;
                }

                continue;
            }

            var lostAt = segment.SentAt + _rtt + window;
            if (lostAt <= now)
            {
                board.MarkLost(i, mss);
            }
            else
            {
                again = Instant.Earlier(again, lostAt);
            }
        }

        return again;
    }

    /// <summary>
    /// After a timeout: the first segment is lost, and each that had its time (RFC 8985 section 6.3); without selective ACKs all are.
    /// </summary>
    public void HandleTimeout(Scoreboard board, Rtt rtt, bool selectiveAcks, int mss, Instant now)
    {
        var wait = _rtt + ReorderWindow(board, rtt, inRecovery: true, mss);
        for (var i = 0; i < board.Count; i++)
        {
            ref var segment = ref board[i];
            if (segment.IsInFlight && (i == 0 || !selectiveAcks || segment.SentAt + wait <= now))
            {
                board.MarkLost(i, mss);
            }
        }
    }

    private void Update(Duration rtt, long order, Seq32 end)
    {
        _rtt = rtt;
        if (!_hasSample || order > _order || (order == _order && end > _end))
        {
            _hasSample = true;
            _order = order;
            _end = end;
        }
    }

    // RFC 8985 takes the lower number for the earlier one of two segments of one time; a retransmission may have left behind new data.
    private bool WasSentBefore(in SentSegment segment) =>
        segment.Order < _order || (segment.Order == _order && segment.End < _end);

    private Duration ReorderWindow(Scoreboard board, Rtt rtt, bool inRecovery, int mss)
    {
        if (!ReorderingSeen
            && (inRecovery || board.SackedCount >= DuplicateThreshold || board.Sacked >= DuplicateThreshold * mss))
        {
            return Duration.Zero;
        }

        return Duration.Shorter(rtt.Minimum * _multiplier / MinRttDivisor, rtt.Smoothed);
    }
}
