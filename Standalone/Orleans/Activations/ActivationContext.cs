using Multipath.Standalone.Orleans.Storage;
using Multipath.Standalone.Orleans.Timers;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Activations;

/// <summary>What a grain's instance sees of its activation.</summary>
internal sealed class ActivationContext(Activation activation, IServiceProvider services, Func<GrainReference> reference) : IGrainContext
{
    [ThreadStatic]
    private static ActivationContext? t_underConstruction;

    private readonly TaskCompletionSource _deactivated = new();

    /// <summary>The context of the instance whose constructor runs on this thread.</summary>
    /// <exception cref="InvalidOperationException">No instance is being made by the runtime.</exception>
    internal static ActivationContext UnderConstruction => t_underConstruction
        ?? throw new InvalidOperationException("A grain is made by the runtime: call it through a reference of IGrainFactory.");

    public GrainId GrainId => activation.Id;

    public object? GrainInstance { get; private set; }

    public GrainReference GrainReference => reference();

    public IServiceProvider ActivationServices => services;

    public Task Deactivated => _deactivated.Task;

    internal ActivationTimers Timers { get; } = new(activation);

    /// <summary>The states that are read before the instance is activated.</summary>
    internal List<IActivationState> States { get; } = new(1);

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
        => activation.Deactivate(deactivationReason, cancellationToken);

    /// <summary>Runs the constructor of the instance.</summary>
    internal IGrainBase Construct(GrainClass grainClass)
    {
        ActivationContext? outer = t_underConstruction;
        t_underConstruction = this;
        try
        {
            IGrainBase instance = grainClass.Construct(this);
            GrainInstance = instance;
            return instance;
        }
        finally
        {
            t_underConstruction = outer;
        }
    }

    internal void Complete() => _deactivated.SetResult();
}
