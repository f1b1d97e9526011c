using Multipath.Contracts.Grains;
using Multipath.Policies.Model;

namespace Multipath.Silo.Grains.Fleet;

/// <summary>Who hears of what happens; a watcher that does not renew is forgotten, for its process may be gone.</summary>
internal sealed class FleetWatchers(TimeProvider clock)
{
    /// <summary>People and programs that look on; each costs a message for each event.</summary>
    public const int Limit = 256;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>In the order in which they came, which a replay needs.</summary>
    private readonly OrderedDictionary<IFleetWatcher, (string Host, DateTimeOffset Until)> _watchers = [];

    public bool Add(IFleetWatcher watcher, string host)
    {
        Forget();
        if (_watchers.Count >= Limit && !_watchers.ContainsKey(watcher))
        {
            return false;
        }

        _watchers[watcher] = (host, clock.GetUtcNow() + Lifetime);
        return true;
    }

    public void Remove(IFleetWatcher watcher) => _watchers.Remove(watcher);

    public async Task Tell(EquatableArray<FleetHappening> happenings)
    {
        if (happenings.IsEmpty || _watchers.Count == 0)
        {
            return;
        }

        Forget();
        foreach (var (watcher, (host, _)) in _watchers.ToArray())
        {
            var wanted = host.Length == 0 ? happenings : happenings.Where(one => one.Host == host).ToEquatableArray();
            if (!wanted.IsEmpty)
            {
                await watcher.Happened(wanted);
            }
        }
    }

    private void Forget()
    {
        var now = clock.GetUtcNow();
        foreach (var (watcher, (_, until)) in _watchers.ToArray())
        {
            if (until < now)
            {
                _watchers.Remove(watcher);
            }
        }
    }
}
