using Microsoft.Extensions.Logging;
using Multipath.Standalone.Orleans.Activations;
using Multipath.Standalone.Orleans.Calls;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Observers;

/// <summary>A local object that grains notify. It is not kept alive by its reference.</summary>
internal sealed class ObserverTarget(CallServices services, GrainId id, long number, IGrainObserver observer, ILogger log)
    : CallTarget(services, id, number, reentrant: false)
{
    private readonly WeakReference<IGrainObserver> _observer = new(observer);
    private volatile bool _deleted;

    internal override bool IsGone => _deleted || !_observer.TryGetTarget(out _);

    protected override Admission Admission => Admission.Open;

    protected override object? Instance => !_deleted && _observer.TryGetTarget(out IGrainObserver? target) ? target : null;

    internal void Delete() => _deleted = true;

    protected override void Forward(Call call) => throw new InvalidOperationException("An observer is always open.");

    protected override void OnOneWayFailure(Call call, Exception failure) => ActivationLog.OneWayFailed(log, call.Describe(), Id, failure);
}
