using System.Collections.Concurrent;
using Multipath.Standalone.Orleans.Activations;
using Multipath.Standalone.Orleans.Calls;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Directory;

/// <summary>All activations of the process, at most one for an identity.</summary>
internal sealed class Catalog(GrainClassMap classes)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private long _number;
    private volatile bool _stopping;

    /// <summary>Set once when the silo is put together.</summary>
    internal ActivationServices Services { get; set; } = null!;

    /// <summary>Called when the first activation is made, and again after the collector found none.</summary>
    internal Action OnActivity { get; set; } = () => { };

    /// <summary>In order of creation.</summary>
    internal IEnumerable<Activation> All => _activations.Values.OrderBy(activation => activation.Number);

    internal CallTarget? TryResolve(GrainId id, out Exception? refusal)
    {
        refusal = null;
        if (_activations.TryGetValue(id, out Activation? activation))
        {
            return activation;
        }

        if (_stopping)
        {
            refusal = new SiloUnavailableException($"The silo is stopping: {id} is not activated any more.");
            return null;
        }

        if (classes.ClassOf(id.Type) is not { } grainClass)
        {
            refusal = new OrleansException($"There is no grain class of the type {id.Type}, asked for by {id}.");
            return null;
        }

        activation = _activations.GetOrAdd(id, static (key, made) => new Activation(made.Services, made.Class, key, made.Number),
            (Services, Class: grainClass, Number: Interlocked.Increment(ref _number)));
        OnActivity();
        return activation;
    }

    internal void Remove(Activation activation) => _activations.TryRemove(KeyValuePair.Create(activation.Id, activation));

    /// <summary>Deactivates everything and waits for it; makes no new activations from here on.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo stops.");
        while (All.ToList() is { Count: > 0 } left)
        {
            foreach (Activation activation in left)
            {
                activation.Deactivate(reason, cancellationToken);
            }

            await Task.WhenAll(left.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
        }
    }
}
