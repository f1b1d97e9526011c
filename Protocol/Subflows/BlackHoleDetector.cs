using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>
/// Finds a path that swallows large packets and tells nobody (RFC 8899 section 4.3, RFC 4821 section 7.7; Linux: tcp_mtu_probing 1).
/// </summary>
/// <remarks>
/// After some timeouts in a row a first part of the oldest octets goes in a packet that nearly every path takes. Its ACK alone proves
/// nothing, the path may just have come back. When the large ones behind it are lost again, and again a small one gets through, it does.
/// </remarks>
internal sealed class BlackHoleDetector
{
    private const int TimeoutsBeforeTrial = 2;
    private const int TrialsThatProve = 2;
    private bool _isTrial;
    private Seq32 _trialEnd;
    private int _passed;

    /// <summary>Octets that the oldest segment may have when it is sent again.</summary>
    /// <param name="timeoutsInRow">Timeouts since something was acknowledged.</param>
    /// <param name="sizes">The segment sizes.</param>
    public static int Limit(int timeoutsInRow, SegmentSizes sizes) =>
        timeoutsInRow < TimeoutsBeforeTrial ? int.MaxValue : sizes.BasePayload;

    /// <summary>The oldest segment left in part, because of the limit.</summary>
    /// <param name="end">Where the part ends.</param>
    public void HandleTrial(Seq32 end) => (_isTrial, _trialEnd) = (true, end);

    /// <summary>Takes an ACK.</summary>
    /// <param name="acked">SND.UNA after it.</param>
    /// <param name="octets">What it delivered.</param>
    /// <param name="sizes">The segment sizes.</param>
    /// <returns>Whether it proves that only small packets get through.</returns>
    public bool HandleAck(Seq32 acked, int octets, SegmentSizes sizes)
    {
        if (!_isTrial && _passed == 0)
        {
            return false;
        }

        if (_isTrial && acked >= _trialEnd)
        {
            _isTrial = false;
            _passed = acked == _trialEnd ? _passed + 1 : 0;
            return _passed == TrialsThatProve;
        }

        // Together that is more than one small packet: a large one got through, or soon will.
        _passed = octets > sizes.BasePayload ? 0 : _passed;
        return false;
    }
}
