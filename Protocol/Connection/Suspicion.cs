using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>
/// A subflow is suspected when an ACK is missing that its peer owes at once: what it carries is copied to another long before a probe
/// (RFC 8985 section 7.2: two round trips) or a timeout. It costs bytes and nothing else: no window shrinks, and no timer moves.
/// </summary>
/// <remarks>
/// At most what is outstanding is copied, once, and only until the subflow answers. When it answers within its timeout the suspicion was
/// false, and the next one waits at least as long as this one would have had to.
/// </remarks>
internal sealed class Suspicion
{
    /// <summary>How long a false suspicion is remembered: as long as a shortest round trip, after which the route may be another.</summary>
    private static readonly Duration _memory = Duration.FromSeconds(10);

    /// <summary>What an ACK may be later than the latest that was waited for in vain.</summary>
    private static readonly Duration _slack = Duration.FromMillis(5);

    private Instant _since = Instant.Never;
    private Instant _refutedAt = Instant.Never;
    private Duration _learned;

    /// <summary>How long an owed ACK may take.</summary>
    /// <param name="usual">What the scheduler says.</param>
    /// <param name="now">The time.</param>
    public Duration Patience(Duration usual, Instant now) =>
        _refutedAt != Instant.Never && now - _refutedAt < _memory ? Duration.Longer(usual, _learned + _slack) : usual;

    /// <summary>The subflow counts as stale from now on.</summary>
    /// <param name="since">Since when the ACK is owed.</param>
    public void Begin(Instant since) => _since = since;

    /// <summary>The subflow makes progress again.</summary>
    /// <param name="now">The time.</param>
    /// <param name="timeout">Its retransmission timeout: who took longer was away, as was who lost something.</param>
    /// <returns>Whether there was a suspicion, and it was false.</returns>
    public bool End(Instant now, Duration timeout)
    {
        var (waited, isFalse) = (now - _since, _since != Instant.Never && now - _since <= timeout);
        if (isFalse)
        {
            (_learned, _refutedAt) = (waited, now);
        }

        _since = Instant.Never;
        return isFalse;
    }
}
