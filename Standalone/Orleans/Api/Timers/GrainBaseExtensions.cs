using Multipath.Standalone.Orleans.Activations;
using Orleans.Runtime;

namespace Orleans;

/// <summary>What a grain can ask of its activation.</summary>
public static class GrainBaseExtensions
{
    /// <summary>Asks that this instance goes as soon as the running requests end; waiting ones are served by the next instance.</summary>
    /// <param name="grain">The grain.</param>
    public static void DeactivateOnIdle(this IGrainBase grain)
        => grain.GrainContext.Deactivate(
            new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The grain called DeactivateOnIdle."));

    /// <summary>Starts a timer of this activation.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="callback">The tick.</param>
    /// <param name="options">How it runs.</param>
    public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<Task> callback, GrainTimerCreationOptions options)
        => Register(grain, callback, static (call, _) => call(), options);

    /// <summary>Starts a timer of this activation.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="callback">The tick; its token is cancelled when the timer ends.</param>
    /// <param name="options">How it runs.</param>
    public static IGrainTimer RegisterGrainTimer(this IGrainBase grain, Func<CancellationToken, Task> callback,
        GrainTimerCreationOptions options)
        => Register(grain, callback, static (call, token) => call(token), options);

    /// <summary>Starts a timer of this activation.</summary>
    /// <typeparam name="TState">The type of what the tick is given.</typeparam>
    /// <param name="grain">The grain.</param>
    /// <param name="callback">The tick.</param>
    /// <param name="state">What the tick is given.</param>
    /// <param name="options">How it runs.</param>
    public static IGrainTimer RegisterGrainTimer<TState>(this IGrainBase grain, Func<TState, Task> callback, TState state,
        GrainTimerCreationOptions options)
        => Register(grain, (callback, state), static (call, _) => call.callback(call.state), options);

    /// <summary>Starts a timer of this activation.</summary>
    /// <typeparam name="TState">The type of what the tick is given.</typeparam>
    /// <param name="grain">The grain.</param>
    /// <param name="callback">The tick; its token is cancelled when the timer ends.</param>
    /// <param name="state">What the tick is given.</param>
    /// <param name="options">How it runs.</param>
    public static IGrainTimer RegisterGrainTimer<TState>(this IGrainBase grain, Func<TState, CancellationToken, Task> callback,
        TState state, GrainTimerCreationOptions options)
        => Register(grain, (callback, state), static (call, token) => call.callback(call.state, token), options);

    private static IGrainTimer Register<T>(IGrainBase grain, T callback, Func<T, CancellationToken, Task> call,
        GrainTimerCreationOptions options)
        => grain.GrainContext is ActivationContext context
            ? context.Timers.Start(token => call(callback, token), options)
            : throw new InvalidOperationException($"The context of {grain.GetType()} was not made by the runtime.");
}
