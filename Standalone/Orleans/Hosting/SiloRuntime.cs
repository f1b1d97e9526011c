using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Multipath.Standalone.Orleans.Activations;
using Multipath.Standalone.Orleans.Calls;
using Multipath.Standalone.Orleans.Directory;
using Multipath.Standalone.Orleans.Observers;
using Multipath.Standalone.Orleans.Proxies;
using Multipath.Standalone.Orleans.Scheduling;
using Multipath.Standalone.Orleans.Storage;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Hosting;

/// <summary>Puts the parts of the silo together.</summary>
internal sealed class SiloRuntime : ICallTargets, IDisposable
{
    private readonly Catalog _catalog;
    private readonly ObserverDirectory _observers;
    private readonly GrainClassMap _classes;
    private readonly ReferenceFactory _references;
    private readonly CallTimeouts _timeouts;
    private readonly IdleCollector _collector;

    public SiloRuntime(IServiceProvider services, TimeProvider clock, TurnExecutor executor, IOptions<SiloMessagingOptions> messaging,
        IOptions<GrainCollectionOptions> collection, ILogger<SiloRuntime> log)
    {
        TimeSpan timeout = messaging.Value.ResponseTimeout;
        _timeouts = new CallTimeouts(clock, executor);
        var calls = new CallServices(executor, clock, _timeouts, messaging.Value.MaxEnqueuedRequestsHardLimit);
        _classes = new GrainClassMap(GrainClassMap.TypesOfProgram, new StateStores(services));
        _references = new ReferenceFactory(this, clock, timeout);
        _observers = new ObserverDirectory(calls, log);
        _catalog = new Catalog(_classes);
        _catalog.Services = new ActivationServices(calls, _catalog, _references, services, collection.Value, log);
        _collector = new IdleCollector(_catalog, executor, clock, collection.Value);
        _catalog.OnActivity = _collector.Watch;
        _timeouts.Targets = () => _catalog.All.Concat<CallTarget>(_observers.All);
        Factory = new GrainFactory(_classes, _references, _observers, services);
    }

    internal GrainFactory Factory { get; }

    /// <inheritdoc/>
    public CallTarget? TryResolve(GrainId id, out Exception? refusal)
        => ObserverDirectory.Owns(id) ? _observers.TryResolve(id, out refusal) : _catalog.TryResolve(id, out refusal);

    /// <summary>Checks all grain interfaces, so that a fault shows when the host starts.</summary>
    internal void Start()
    {
        foreach (Type each in _classes.Interfaces)
        {
            _references.Validate(each);
        }
    }

    /// <summary>Deactivates everything.</summary>
    internal Task StopAsync(CancellationToken cancellationToken) => _catalog.StopAsync(cancellationToken);

    public void Dispose()
    {
        _collector.Dispose();
        _timeouts.Dispose();
    }
}
