using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>
/// Bounds the ACKs that answer what an attacker could send (RFC 5961 section 7), so that two ends never answer each other forever.
/// </summary>
internal sealed class ChallengeLimit
{
    // The numbers of RFC 5961 section 7.
    private const int MaxInPeriod = 10;
    private static readonly Duration Period = Duration.FromSeconds(5);

    private Instant _periodStart;
    private int _count;

    /// <summary>Whether one more may be sent; if so, it counts.</summary>
    public bool TryTake(Instant now)
    {
        if (_count == 0 || now - _periodStart >= Period)
        {
            _periodStart = now;
            _count = 0;
        }

        return _count++ < MaxInPeriod;
    }
}
