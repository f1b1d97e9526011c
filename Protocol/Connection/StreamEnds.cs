using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>
/// The ends of the two streams: our DATA_FIN and the peer's, which take one data sequence number each (RFC 8684 section 3.3.3).
/// </summary>
internal sealed class StreamEnds
{
    private Dsn64 _localEnd;
    private Dsn64 _peerEnd;

    /// <summary>The application has closed: no more will be written.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Our DATA_FIN was sent at least once.</summary>
    public bool IsSent { get; private set; }

    /// <summary>Our DATA_FIN was acknowledged.</summary>
    public bool IsAcknowledged { get; private set; }

    /// <summary>The peer's DATA_FIN has come; bytes before it may be missing.</summary>
    public bool IsPeerClosing { get; private set; }

    /// <summary>All of the peer's stream has come.</summary>
    public bool IsPeerDone { get; private set; }

    /// <summary>When the DATA_FIN is sent again.</summary>
    public Instant RetransmitAt { get; private set; } = Instant.Never;

    /// <summary>When the DATA_FIN was sent for the first time.</summary>
    public Instant FirstSentAt { get; private set; } = Instant.Never;

    /// <summary>The subflow that the DATA_FIN was last sent on, by slot.</summary>
    public int Carrier { get; private set; } = -1;

    /// <summary>Times that the DATA_FIN was sent.</summary>
    public int Attempts { get; private set; }

    /// <summary>Both streams have ended and both ends know.</summary>
    public bool AreDone => IsAcknowledged && IsPeerDone;

    /// <summary>The number that our DATA_FIN takes.</summary>
    public Dsn64 LocalEnd => _localEnd;

    /// <summary>Whether a DATA_FIN is owed once all data was given to subflows.</summary>
    public bool IsOwed => IsClosing && !IsSent;

    /// <summary>The application closes after the bytes before <paramref name="end"/>.</summary>
    public void Close(Dsn64 end)
    {
        if (!IsClosing)
        {
            IsClosing = true;
            _localEnd = end;
        }
    }

    /// <summary>The DATA_FIN is being sent.</summary>
    /// <param name="now">The time.</param>
    /// <param name="timeout">The retransmission timeout of the subflow; it doubles with each attempt.</param>
    /// <param name="carrier">The subflow's slot.</param>
    public void HandleSent(Instant now, Duration timeout, int carrier)
    {
        const int MaxDoublings = 6;
        IsSent = true;
        Carrier = carrier;
        FirstSentAt = Attempts == 0 ? now : FirstSentAt;
        RetransmitAt = now + (timeout * (1 << Math.Min(Attempts, MaxDoublings)));
        Attempts++;
    }

    /// <summary>The DATA_FIN is to be sent again.</summary>
    public void HandleTimeout()
    {
        IsSent = false;
        RetransmitAt = Instant.Never;
    }

    /// <summary>Takes a data ACK.</summary>
    /// <returns>Whether it acknowledges the DATA_FIN for the first time.</returns>
    public bool HandleAcknowledged(Dsn64 ack)
    {
        if (!IsClosing || IsAcknowledged || Attempts == 0 || ack <= _localEnd)
        {
            return false;
        }

        MarkAcknowledged();
        return true;
    }

    /// <summary>Plain TCP: the subflow's FIN was acknowledged.</summary>
    public void MarkAcknowledged()
    {
        IsSent = IsAcknowledged = true;
        RetransmitAt = Instant.Never;
    }

    /// <summary>Takes the peer's DATA_FIN; the first one counts.</summary>
    /// <param name="end">The number that it takes.</param>
    public void HandlePeerFin(Dsn64 end)
    {
        if (!IsPeerClosing)
        {
            IsPeerClosing = true;
            _peerEnd = end;
        }
    }

    /// <summary>Notes how far the peer's stream has come.</summary>
    /// <returns>Whether it has come to its end just now.</returns>
    public bool HandleReceived(Dsn64 next)
    {
        if (!IsPeerClosing || IsPeerDone || next != _peerEnd)
        {
            return false;
        }

        IsPeerDone = true;
        return true;
    }
}
