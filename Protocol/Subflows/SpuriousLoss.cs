using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>Finds out that a retransmission was needless: Eifel (RFC 3522), F-RTO (RFC 5682), reported duplicates (RFC 3708).</summary>
internal sealed class SpuriousLoss
{
    private Seq32 _start;
    private Seq32 _end;
    private Seq32 _againFrom;
    private Seq32 _againTo;
    private Instant _timeoutAt;
    private uint _firstStamp;
    private bool _hasStamp;
    private bool _watchesOriginals;
    private int _retransmissions;

    /// <summary>Whether a reduction of the window can still be taken back.</summary>
    public bool IsArmed { get; private set; }

    /// <summary>A recovery begins, or a timeout outside of one.</summary>
    /// <param name="acked">The cumulative ACK at its beginning.</param>
    /// <param name="next">The number behind all that was sent.</param>
    /// <param name="watchesOriginals">
    /// After a timeout: originals that still arrive tell (RFC 5682). Without selective ACKs an original may have arrived long before.
    /// </param>
    /// <param name="now">When it begins.</param>
    public void Start(Seq32 acked, Seq32 next, bool watchesOriginals, Instant now)
    {
        _start = acked;
        _end = next;
        _timeoutAt = now;
        _hasStamp = false;
        _retransmissions = 0;
        _watchesOriginals = watchesOriginals;
        IsArmed = true;
    }

    public void Stop() => IsArmed = false;

    /// <summary>Something was sent again.</summary>
    /// <param name="segment">What.</param>
    /// <param name="stamp">The timestamp that it carried, if it did.</param>
    public void HandleRetransmission(in SentSegment segment, uint? stamp)
    {
        _againFrom = _retransmissions == 0 ? segment.Start : Seq32.Earlier(_againFrom, segment.Start);
        _againTo = _retransmissions == 0 ? segment.End : Seq32.Later(_againTo, segment.End);
        _retransmissions++;
        if (stamp is { } value && !_hasStamp)
        {
            _firstStamp = value;
            _hasStamp = true;
        }
    }

    /// <summary>Whether an ACK shows that nothing had been lost.</summary>
    /// <param name="acked">The cumulative ACK after it.</param>
    /// <param name="delivery">What it delivered.</param>
    /// <param name="echo">The timestamp that it echoes, if it does.</param>
    public bool HandleAck(Seq32 acked, in Delivery delivery, uint? echo)
    {
        if (!IsArmed)
        {
            return false;
        }

        // An original that was on its way when the timer expired arrives: the timer was early. Behind a gap it says nothing of the
        // first segment, and together with all that was sent it may have been repaired (RFC 5682 section 3.1).
        var original = _watchesOriginals && acked > _start && acked < _end
            && delivery.HasOriginal && delivery.OldestOriginalAt < _timeoutAt;

        // The ACK answers something sent before the first retransmission.
        var eifel = acked > _start && _hasStamp && echo is { } value && unchecked((int)(value - _firstStamp)) < 0;

        // Each retransmission was reported as a duplicate; one of something sent once is the network's (RFC 3708 section 2).
        var isOfAgain = delivery.HasDuplicateReport && delivery.DuplicateEnd > _againFrom && delivery.DuplicateEnd <= _againTo;
        var duplicates = isOfAgain && _retransmissions > 0 && --_retransmissions == 0;
        return original || eifel || duplicates;
    }
}
