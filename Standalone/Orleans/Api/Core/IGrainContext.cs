namespace Orleans.Runtime;

/// <summary>One activation of a grain, seen from the instance that it runs.</summary>
public interface IGrainContext
{
    /// <summary>The grain's identity.</summary>
    GrainId GrainId { get; }

    /// <summary>The instance, or null before it is constructed.</summary>
    object? GrainInstance { get; }

    /// <summary>A reference to this grain.</summary>
    GrainReference GrainReference { get; }

    /// <summary>The services of the host.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the instance has gone.</summary>
    Task Deactivated { get; }

    /// <summary>Starts the deactivation; it waits for the running requests.</summary>
    /// <param name="deactivationReason">What <c>OnDeactivateAsync</c> is told.</param>
    /// <param name="cancellationToken">Cancels the token that <c>OnDeactivateAsync</c> is given.</param>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
