namespace Orleans.Configuration;

/// <summary>What calls have in common.</summary>
public abstract class MessagingOptions
{
    /// <summary>The time after which a caller without an answer gets a <see cref="TimeoutException"/>. 30 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How the silo takes calls.</summary>
public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>
    /// The most requests that one activation may have, running and waiting; a caller above it gets a
    /// <see cref="Runtime.LimitExceededException"/>. 0 is no limit. 10,000, so that a stuck grain cannot take all memory.
    /// </summary>
    public int MaxEnqueuedRequestsHardLimit { get; set; } = 10_000;
}

/// <summary>When idle activations go.</summary>
public class GrainCollectionOptions
{
    /// <summary>How long an activation may be without a request. 15 min.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for. 1 min; less than <see cref="CollectionAge"/>.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After this the token of <c>OnActivateAsync</c> is cancelled. 30 s.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this a deactivation no longer waits for running requests, and the token of <c>OnDeactivateAsync</c> is cancelled. 30 s.
    /// </summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>The cluster's name; one process needs none, but the setting is the same.</summary>
public class ClusterOptions
{
    /// <summary>The cluster's name.</summary>
    public string ClusterId { get; set; } = "default";

    /// <summary>The service's name.</summary>
    public string ServiceId { get; set; } = "default";
}
