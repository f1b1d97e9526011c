using Orleans.Configuration;

namespace Multipath.Silo.Hosting;

/// <summary>
/// How soon a silo that is gone counts as gone (<see cref="ClusterSettings.Probe"/>). Until then its grains cannot start elsewhere, so that
/// this is most of the time that hosts of a killed silo are without control. Probes are a message or two a second for each pair of silos.
/// </summary>
internal static class FailureDetection
{
    /// <summary>In a row; then the silo is suspected. Two silos have to agree where there are three or more.</summary>
    private const int Missed = 3;

    /// <summary>
    /// How often a silo signs in the database that it lives. Three signatures missed, and nobody waits for it when joining: a cluster that
    /// was killed whole, and comes back at other addresses, waits for that long.
    /// </summary>
    private static readonly TimeSpan SignEvery = TimeSpan.FromSeconds(10);

    /// <summary>What gossip failed to spread is read from the database this often.</summary>
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(10);

    /// <summary>Sets the times.</summary>
    public static void Tune(ClusterMembershipOptions options, ClusterSettings cluster)
    {
        options.ProbeTimeout = cluster.Probe;
        // By default four times as long, and who was heard of within three times of that would not be suspected: a machine that lost its
        // power would be waited for as long.
        options.MaxProbeTimeout = cluster.Probe;
        options.NumMissedProbesLimit = Missed;
        options.IAmAliveTablePublishTimeout = SignEvery;
        options.TableRefreshTimeout = ReadEvery;
        options.MaxJoinAttemptTime = cluster.JoinWithin;
    }
}
