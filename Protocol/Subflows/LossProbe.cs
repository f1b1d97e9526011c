using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>The tail loss probe (RFC 8985 section 7): when ACKs fail to come, the last segment is sent again to provoke one.</summary>
internal sealed class LossProbe(Duration maxAckDelay)
{
    private const int RttFactor = 2;
    private Seq32 _end;
    private bool _isRetransmission;
    private bool _hasSampleSince = true;

    /// <summary>Whether a probe was sent whose fate is not known yet.</summary>
    public bool IsOutstanding { get; private set; }

    /// <summary>
    /// Whether one may be sent: none is outstanding, and the round trip was measured since the last one (section 7.3).
    /// </summary>
    public bool IsAllowed => !IsOutstanding && _hasSampleSince;

    /// <summary>The round trip was measured.</summary>
    public void HandleSample() => _hasSampleSince = true;

    /// <summary>How long to wait after the last transmission or ACK (section 7.2).</summary>
    /// <param name="rtt">The round trip; it has a sample.</param>
    /// <param name="isSingleSegment">Whether one segment is in flight, whose ACK may be delayed.</param>
    public Duration Timeout(Rtt rtt, bool isSingleSegment) =>
        (rtt.Smoothed * RttFactor) + (isSingleSegment ? maxAckDelay : Duration.Zero);

    /// <summary>A probe was sent (section 7.3).</summary>
    /// <param name="next">The number behind all that was sent, with the probe.</param>
    /// <param name="isRetransmission">Whether it was sent before.</param>
    public void HandleSent(Seq32 next, bool isRetransmission)
    {
        IsOutstanding = true;
        _hasSampleSince = false;
        _end = next;
        _isRetransmission = isRetransmission;
    }

    /// <summary>Takes an ACK (section 7.4.2).</summary>
    /// <param name="ack">The cumulative acknowledgment.</param>
    /// <param name="delivery">What it delivered.</param>
    /// <param name="isDuplicate">Whether it is an ACK without payload that delivers nothing and moves no window.</param>
    /// <returns>Whether the probe repaired a loss, to which the congestion control has to answer.</returns>
    public bool HandleAck(Seq32 ack, in Delivery delivery, bool isDuplicate)
    {
        if (!IsOutstanding || ack < _end)
        {
            return false;
        }

        if (!_isRetransmission || (delivery.HasDuplicateReport && delivery.DuplicateEnd == _end))
        {
            IsOutstanding = false;
            return false;
        }

        if (ack > _end)
        {
            IsOutstanding = false;
            return true;
        }

        IsOutstanding = !isDuplicate;
        return false;
    }

    /// <summary>A recovery or a timeout takes over.</summary>
    public void Reset() => IsOutstanding = false;
}
