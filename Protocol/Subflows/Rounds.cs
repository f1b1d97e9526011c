using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>Round trips of data: one ends when what was sent at its beginning is acknowledged.</summary>
internal sealed class Rounds
{
    private Seq32 _end;
    private Instant _startedAt;
    private long _delivered;
    private bool _isStarted;

    /// <summary>Octets per second that arrived in the last one.</summary>
    public double DeliveryRate { get; private set; }

    /// <summary>Takes what an ACK delivered.</summary>
    /// <returns>Whether a new round trip begins with it.</returns>
    public bool HandleDelivery(int octets, Seq32 acked, Seq32 next, Instant now)
    {
        _delivered += octets;
        if (_isStarted && acked < _end)
        {
            return false;
        }

        var elapsed = now - _startedAt;
        if (_isStarted && elapsed > Duration.Zero)
        {
            DeliveryRate = _delivered / elapsed.TotalSeconds;
        }

        _isStarted = true;
        _end = next;
        _startedAt = now;
        _delivered = 0;
        return true;
    }
}
