using Multipath.Standalone.Orleans.Activations;
using Orleans.Runtime;

namespace Orleans;

/// <summary>
/// Base class of grains. The runtime makes an instance on the first call to its identity, runs one turn of it at a time
/// and lets it go when it is idle.
/// </summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Takes the context that the runtime is constructing the instance for.</summary>
    /// <exception cref="InvalidOperationException">The instance is not made by the runtime.</exception>
    protected Grain() => GrainContext = ActivationContext.UnderConstruction;

    /// <inheritdoc/>
    public IGrainContext GrainContext { get; }

    /// <summary>A reference to this grain.</summary>
    public GrainReference GrainReference => GrainContext.GrainReference;

    /// <summary>Identity as text, <c>type/key</c>.</summary>
    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>Makes references to other grains.</summary>
    protected IGrainFactory GrainFactory => (IGrainFactory)ServiceProvider.GetService(typeof(IGrainFactory))!;

    /// <summary>The services of the host.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    /// <inheritdoc/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Asks that this instance goes as soon as the running requests end; waiting ones are served by the next instance.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);
}
