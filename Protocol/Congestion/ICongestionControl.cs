using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Congestion;

/// <summary>How fast one subflow may send: a window of bytes that moves with what the network acknowledges and loses.</summary>
/// <remarks>
/// The subflow decides what was lost and when a recovery begins and ends; the algorithm only decides by how much the window moves.
/// During fast recovery the subflow spreads the reduction over a round trip (RFC 6937) and does not ask for growth: between
/// <see cref="HandleLoss"/> and <see cref="HandleRecovered"/> there is no <see cref="HandleAck"/>. All windows are in bytes of payload.
/// </remarks>
public interface ICongestionControl
{
    /// <summary>The name under which it is chosen: reno, cubic, lia, olia.</summary>
    string Name { get; }

    /// <summary>Bytes that may be in flight outside of recovery; never less than one segment.</summary>
    int Window { get; }

    /// <summary>Below it the window grows exponentially (RFC 5681 section 3.1); <see cref="int.MaxValue"/> before the first loss.</summary>
    int SlowStartThreshold { get; }

    /// <summary>Once before any other call, and again when the path's MTU or the options' length changes the segment size.</summary>
    /// <param name="mss">Bytes of payload in a full segment, at least 1.</param>
    /// <param name="now">The time of the change.</param>
    void HandleSegmentSize(int mss, Instant now);

    /// <summary>On every ACK that delivers something new, outside of fast recovery; after a timeout too.</summary>
    /// <param name="sample">What was delivered.</param>
    void HandleAck(in AckSample sample);

    /// <summary>Once as fast recovery begins: sets the threshold to the reduced window, and the window to the threshold.</summary>
    /// <param name="sample">The state in which the loss was found.</param>
    void HandleLoss(in LossSample sample);

    /// <summary>All that was outstanding when the recovery began has arrived.</summary>
    /// <param name="now">The time of the ACK that ended it.</param>
    void HandleRecovered(Instant now);

    /// <summary>
    /// A retransmission timer expired: the window falls to one segment. The threshold falls only on the first of a row
    /// (<see cref="LossSample.IsFirstTimeout"/>, RFC 5681 section 3.1).
    /// </summary>
    /// <param name="sample">The state in which the timer expired.</param>
    void HandleTimeout(in LossSample sample);

    /// <summary>The last <see cref="HandleLoss"/> or <see cref="HandleTimeout"/> was an error and is taken back (RFC 4015).</summary>
    /// <param name="now">The time at which the error was seen.</param>
    void HandleSpuriousLoss(Instant now);

    /// <summary>Nothing was sent for longer than a timeout: the window falls to the restart window (RFC 5681 section 4.1).</summary>
    /// <param name="restartWindow">The window to fall to, bytes; a smaller one stays.</param>
    /// <param name="idle">How long nothing was sent.</param>
    /// <param name="now">The time at which sending begins again.</param>
    void HandleIdle(int restartWindow, Duration idle, Instant now);

    /// <summary>What another subflow carried when it died comes here, where nothing is in flight.</summary>
    /// <param name="bytes">How much.</param>
    void HandleTakeover(int bytes);
}
