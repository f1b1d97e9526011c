using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Subflows;

/// <summary>How many octets of payload a segment takes (RFC 9293 section 3.7.1, RFC 6691).</summary>
internal sealed class SegmentSizes
{
    // RFC 9293 section 3.7.1: the size to assume when the peer names none.
    private const int DefaultMssV4 = 536;
    private const int DefaultMssV6 = 1220;

    // What the options leave of the smallest packets that the families promise to carry.
    private const int LeastPayload = 64;
    private const int TimestampsLength = 10;

    // RFC 8201 section 4: no IPv6 path has less. IPv4 promises only 68, but what is below 552 is forged sooner than real.
    private const int LeastMtuV4 = 552;
    private const int LeastMtuV6 = 1280;

    // What a path that swallows large packets nearly always takes (RFC 8899 section 5.1.2, BASE_PLPMTU; IPv6 promises it).
    private const int BaseMtu = 1280;
    private readonly bool _isV4;
    private readonly int _linkMtu;
    private int _mtu;
    private int _peerMss;
    private int _optionBytes;
    private bool _hasTimestamps;

    // RFC 1191 section 7.1: what to try next when a router names no size.
    private static ReadOnlySpan<int> Plateaus => [32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006];

    public SegmentSizes(int mtu, bool isV4)
    {
        _isV4 = isV4;
        _linkMtu = mtu;
        _mtu = mtu;
        _peerMss = isV4 ? DefaultMssV4 : DefaultMssV6;
        Advertised = (ushort)Math.Min(mtu - PacketWriter.HeaderLength(isV4), ushort.MaxValue);
        Recompute();
    }

    /// <summary>Octets of payload in a full segment.</summary>
    public int Mss { get; private set; }

    /// <summary>The MSS option of our SYN.</summary>
    public ushort Advertised { get; }

    /// <summary>Octets that left at once: of the largest merged segment, or all when pacing spreads them anyway.</summary>
    public int Burst { get; private set; }

    /// <summary>Bytes of the largest packet that the path takes.</summary>
    public int Mtu => _mtu;

    /// <summary>Octets of payload in the largest packet that the link takes.</summary>
    public int LargestPayload => PayloadIn(_linkMtu);

    /// <summary>Octets of payload in a segment that gets through where large ones are swallowed.</summary>
    public int BasePayload => PayloadIn(Math.Min(_mtu, BaseMtu));

    public void HandlePeer(ushort? mss, bool hasTimestamps)
    {
        _peerMss = mss is { } value ? Math.Max((int)value, LeastPayload) : _peerMss;
        _hasTimestamps = hasTimestamps;
        Recompute();
    }

    public void HandleOptionBytes(int count)
    {
        _optionBytes = count;
        Recompute();
    }

    public void HandleBurst(int octets) => Burst = Math.Max(Burst, octets);

    /// <summary>Takes a smaller MTU, 0 if its size is unknown; a larger one is none of the path's.</summary>
    public bool TryReduceMtu(int mtu)
    {
        mtu = Math.Max(mtu == 0 ? NextPlateau() : mtu, _isV4 ? LeastMtuV4 : LeastMtuV6);
        if (mtu >= _mtu)
        {
            return false;
        }

        _mtu = mtu;
        Recompute();
        return true;
    }

    /// <summary>Large packets are swallowed: from now on only those are sent that nearly every path takes.</summary>
    public bool TryReduceToBase() => TryReduceMtu(BaseMtu);

    /// <summary>The path takes what the link takes.</summary>
    public void RestoreMtu()
    {
        _mtu = _linkMtu;
        Recompute();
    }

    private int NextPlateau()
    {
        foreach (var plateau in _isV4 ? Plateaus : [])
        {
            if (plateau < _mtu)
            {
                return plateau;
            }
        }

        return 0;
    }

    private void Recompute() => Mss = PayloadIn(_mtu);

    private int PayloadIn(int mtu)
    {
        var options = ((_hasTimestamps ? TimestampsLength : 0) + _optionBytes + 3) & ~3;
        return Math.Max(Math.Min(mtu - PacketWriter.HeaderLength(_isV4), _peerMss) - options, LeastPayload);
    }
}
