using Multipath.Contracts.Grains;
using Orleans;

namespace Multipath.Silo.Grains.Census;

/// <summary>Keeps nothing: after a restart every silo has said its number again before the first one is asked to give any away.</summary>
internal sealed class CensusGrain(TimeProvider clock) : Grain, ICensusGrain
{
    /// <summary>
    /// Three times the time between two reports of a silo. For so long the sessions of a silo that is gone are counted twice, there and
    /// where they went.
    /// </summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(15);

    private readonly SortedDictionary<string, (int Sessions, DateTimeOffset At)> _silos = new(StringComparer.Ordinal);

    public Task<int> Count(string silo, int sessions)
    {
        var now = clock.GetUtcNow();
        _silos[silo] = (sessions, now);
        foreach (var (gone, _) in _silos.Where(one => now - one.Value.At > GoneAfter).ToArray())
        {
            _silos.Remove(gone);
        }

        var all = _silos.Values.Sum(one => one.Sessions);
        return Task.FromResult((all + _silos.Count - 1) / _silos.Count);
    }
}
