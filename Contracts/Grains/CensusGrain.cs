using Orleans;

namespace Multipath.Contracts.Grains;

/// <summary>Counts the sessions of all silos, so that each knows its share; the key is always <see cref="FleetKey.Value"/>.</summary>
[Alias("mp.ICensusGrain")]
public interface ICensusGrain : IGrainWithStringKey
{
    /// <summary>What a silo has now. To be repeated every few seconds, else the silo counts as gone.</summary>
    /// <param name="silo">A name that no other silo has, and no other run of this one.</param>
    /// <param name="sessions">Open sessions of agents.</param>
    /// <returns>How many it would have if all silos had the same, rounded up.</returns>
    [Alias("Count")]
    Task<int> Count(string silo, int sessions);
}
