using Multipath.Silo.Grains.Census;

namespace Multipath.Silo.Rpc;

/// <summary>
/// How many sessions too many a silo has, once that is no matter of a moment: when a silo is lost its agents are elsewhere at once, while
/// the census still counts them there too, and the others seem to have more than their share.
/// </summary>
internal sealed class LastingExcess(TimeProvider clock)
{
    /// <summary>The census has forgotten a silo before an excess that its loss made is this old.</summary>
    public static readonly TimeSpan Lasting = CensusGrain.GoneAfter + SessionBalance.Period;

    /// <summary>Above the share by this part, agents stay where they are: moving them would gain nothing.</summary>
    private const double Tolerance = 0.1;

    /// <summary>And by this many: small fleets need no balance.</summary>
    private const int Slack = 10;

    private long? _since;

    /// <summary>To be asked with each count; 0 while there is no excess, or it is young.</summary>
    public int Of(int sessions, int share)
    {
        var excess = Excess(sessions, share);
        _since = excess == 0 ? null : _since ?? clock.GetTimestamp();
        return _since is { } since && clock.GetElapsedTime(since) >= Lasting ? excess : 0;
    }

    internal static int Excess(int sessions, int share) => sessions > (share * (1 + Tolerance)) + Slack ? sessions - share : 0;
}
