using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>
/// Keeps grains' states. Registered under a name (a keyed service). Each method runs in a turn of the grain.
/// A write or clear whose <see cref="IGrainState{T}.ETag"/> is not the stored one fails with <see cref="InconsistentStateException"/>.
/// </summary>
public interface IGrainStorage
{
    /// <summary>Fills the state, its ETag and whether the record exists. Without a record the ETag is null.</summary>
    /// <typeparam name="T">The state's type.</typeparam>
    /// <param name="stateName">The state's name.</param>
    /// <param name="grainId">The grain.</param>
    /// <param name="grainState">What to fill.</param>
    Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

    /// <summary>Stores the state and sets its new ETag.</summary>
    /// <typeparam name="T">The state's type.</typeparam>
    /// <param name="stateName">The state's name.</param>
    /// <param name="grainId">The grain.</param>
    /// <param name="grainState">What to store.</param>
    Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

    /// <summary>Deletes the record and clears the ETag.</summary>
    /// <typeparam name="T">The state's type.</typeparam>
    /// <param name="stateName">The state's name.</param>
    /// <param name="grainId">The grain.</param>
    /// <param name="grainState">What to delete.</param>
    Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
}

/// <summary>A record was changed since it was read.</summary>
public class InconsistentStateException : OrleansException
{
    /// <summary>Without details.</summary>
    public InconsistentStateException()
    {
    }

    /// <summary>With a text.</summary>
    /// <param name="message">What went wrong.</param>
    public InconsistentStateException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public InconsistentStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>With both versions.</summary>
    /// <param name="errorMsg">What went wrong.</param>
    /// <param name="storedEtag">The version in the store.</param>
    /// <param name="currentEtag">The version that the writer had read.</param>
    public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
        : base(errorMsg)
    {
        StoredEtag = storedEtag;
        CurrentEtag = currentEtag;
    }

    /// <summary>The version in the store.</summary>
    public string? StoredEtag { get; }

    /// <summary>The version that the writer had read.</summary>
    public string? CurrentEtag { get; }

    /// <summary>Whether it has not left the activation where it arose: only that one goes, not its callers.</summary>
    internal bool IsSourceActivation { get; set; } = true;
}

/// <summary>A grain asks for a storage that is not registered.</summary>
public sealed class BadProviderConfigException : OrleansException
{
    /// <summary>Without a text.</summary>
    public BadProviderConfigException()
    {
    }

    /// <summary>With a text.</summary>
    /// <param name="msg">What went wrong.</param>
    public BadProviderConfigException(string msg)
        : base(msg)
    {
    }

    /// <summary>With a text and a cause.</summary>
    /// <param name="msg">What went wrong.</param>
    /// <param name="exc">The cause.</param>
    public BadProviderConfigException(string msg, Exception exc)
        : base(msg, exc)
    {
    }
}
