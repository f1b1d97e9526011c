using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Multipath.Standalone.Orleans.Calls;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Observers;

/// <summary>The local observers by identity. The collected are dropped when new ones come.</summary>
internal sealed class ObserverDirectory(CallServices services, ILogger log)
{
    // Looking at all on each addition would be quadratic.
    private const int AdditionsPerSweep = 256;
    private static readonly GrainType Type = GrainType.Create("sys.observer");
    private readonly ConcurrentDictionary<GrainId, ObserverTarget> _targets = new();
    private long _number;

    internal IEnumerable<CallTarget> All => _targets.Values.OrderBy(target => target.Number);

    internal static bool Owns(GrainId id) => id.Type == Type;

    internal GrainId Add(IGrainObserver observer)
    {
        long number = Interlocked.Increment(ref _number);
        GrainId id = GrainId.Create(Type, number.ToString(CultureInfo.InvariantCulture));
        _targets[id] = new ObserverTarget(services, id, number, observer, log);
        if (number % AdditionsPerSweep == 0)
        {
            foreach (ObserverTarget target in _targets.Values.Where(target => target.IsGone))
            {
                Remove(target.Id);
            }
        }

        return id;
    }

    internal void Remove(GrainId id)
    {
        if (_targets.TryRemove(id, out ObserverTarget? target))
        {
            target.Delete();
        }
    }

    internal CallTarget? TryResolve(GrainId id, out Exception? refusal)
    {
        bool found = _targets.TryGetValue(id, out ObserverTarget? target) && !target.IsGone;
        refusal = found ? null : new ClientNotAvailableException(id);
        return found ? target : null;
    }
}
