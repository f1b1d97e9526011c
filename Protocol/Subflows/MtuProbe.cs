using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>
/// Tries once in a while whether a path that was found to take only small packets takes the link's again: one segment of new data is as
/// large as that (RFC 4821 section 7, RFC 8201 section 5.3; Linux: net.ipv4.route.mtu_expires).
/// </summary>
/// <remarks>Its loss is no congestion (RFC 4821 section 7.6.2), unless something else is lost too.</remarks>
internal sealed class MtuProbe(SegmentSizes sizes)
{
    // RFC 1191 section 6.3, RFC 4821 section 7.5: so long after a decrease, or a probe that was lost.
    private static readonly Duration _interval = Duration.FromSeconds(600);

    private Instant _dueAt = Instant.Never;
    private bool _isOutstanding;
    private bool _isSentAgain;
    private Seq32 _start;
    private Seq32 _end;

    /// <summary>Octets of payload in the probe that is due; 0 when none is.</summary>
    public int Due(Instant now) =>
        now >= _dueAt && !_isOutstanding && sizes.LargestPayload > sizes.Mss ? sizes.LargestPayload : 0;

    /// <summary>The path was found to take less.</summary>
    public void HandleReduced(Instant now) => _dueAt = now + _interval;

    /// <summary>The probe left.</summary>
    public void HandleSent(Seq32 start, int octets) =>
        (_start, _end, _isOutstanding, _isSentAgain) = (start, start + octets, true, false);

    /// <summary>Something was sent again.</summary>
    /// <param name="start">Where it begins; a part of the probe begins in it.</param>
    public void HandleSentAgain(Seq32 start) => _isSentAgain |= _isOutstanding && start >= _start && start < _end;

    /// <summary>Takes an ACK.</summary>
    /// <returns>Whether the probe got through, so that segments are larger now.</returns>
    public bool HandleAck(Seq32 acked, Instant now)
    {
        if (!_isOutstanding || acked < _end)
        {
            return false;
        }

        _isOutstanding = false;
        if (_isSentAgain)
        {
            _dueAt = now + _interval;
            return false;
        }

        _dueAt = Instant.Never;
        sizes.RestoreMtu();
        return true;
    }

    /// <summary>Whether all that is lost is the probe.</summary>
    public bool IsAllThatIsLost(Scoreboard board)
    {
        if (!_isOutstanding)
        {
            return false;
        }

        var octets = 0;
        for (var i = board.FirstEndingAfter(_start); i < board.Count && board[i].Start < _end; i++)
        {
            octets += board[i] is { IsLost: true, IsRetransmitted: false } ? board[i].Length : 0;
        }

        return octets == board.Lost;
    }
}
