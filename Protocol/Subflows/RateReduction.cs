namespace Multipath.Protocol.Subflows;

/// <summary>Proportional rate reduction (RFC 9937): in recovery the window shrinks with what arrives, and not at once.</summary>
internal sealed class RateReduction
{
    private int _outstanding;
    private long _delivered;
    private long _sent;

    /// <summary>Octets that may be in flight.</summary>
    public int Window { get; private set; }

    /// <summary>A recovery begins.</summary>
    /// <param name="outstanding">RecoverFS: all octets sent and not acknowledged cumulatively, at least 1.</param>
    public void Start(int outstanding)
    {
        _outstanding = Math.Max(outstanding, 1);
        _delivered = 0;
        _sent = 0;
        Window = 0;
    }

    /// <summary>Octets were sent, new or again.</summary>
    public void HandleSent(int octets) => _sent += octets;

    /// <summary>Takes an ACK of the recovery (section 6).</summary>
    /// <param name="delivered">Octets that it delivered.</param>
    /// <param name="inFlight">Octets that remain in flight, without what is lost.</param>
    /// <param name="threshold">The slow start threshold that the congestion control set.</param>
    /// <param name="mss">Octets of a full segment.</param>
    /// <param name="makesProgress">Whether it moved the cumulative ACK and showed no further loss: then the bound is loose.</param>
    public void HandleAck(int delivered, int inFlight, int threshold, int mss, bool makesProgress)
    {
        _delivered += delivered;
        long octets;
        if (inFlight > threshold)
        {
            octets = (((_delivered * threshold) + _outstanding - 1) / _outstanding) - _sent;
        }
        else
        {
            // Slow start reduction bound when safe, conservative reduction bound else.
            var limit = Math.Max(_delivered - _sent, delivered) + (makesProgress ? mss : 0);
            octets = Math.Min(threshold - inFlight, limit);
        }

        // The first retransmission of a recovery is never held back.
        var least = _sent == 0 ? mss : 0;
        Window = (int)Math.Min(inFlight + Math.Max(octets, least), int.MaxValue);
    }
}
