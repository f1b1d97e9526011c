using Multipath.Standalone.Orleans.Activations;
using Multipath.Standalone.Orleans.Scheduling;
using Orleans.Configuration;

namespace Multipath.Standalone.Orleans.Directory;

/// <summary>Lets idle activations go. Its timer runs only while there are activations.</summary>
internal sealed class IdleCollector : IDisposable
{
    private readonly Catalog _catalog;
    private readonly GrainCollectionOptions _options;
    private readonly TurnQueue _queue;
    private readonly ITimer _timer;
    private int _watching;

    internal IdleCollector(Catalog catalog, TurnExecutor executor, TimeProvider clock, GrainCollectionOptions options)
    {
        _catalog = catalog;
        _options = options;
        _queue = new TurnQueue(executor, () => "collector");
        _timer = clock.CreateTimer(_ => _queue.Enqueue("sweep", Sweep), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal void Watch()
    {
        if (Volatile.Read(ref _watching) == 0 && Interlocked.Exchange(ref _watching, 1) == 0)
        {
            _timer.Change(_options.CollectionQuantum, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        Interlocked.Exchange(ref _watching, 0);
        bool any = false;
        foreach (Activation activation in _catalog.All)
        {
            any = true;
            activation.DeactivateIfIdle(_options.CollectionAge);
        }

        if (any)
        {
            Watch();
        }
    }
}
