using Orleans;
using Orleans.Runtime;

namespace Multipath.Silo.Storage;

/// <summary>
/// The store cannot be used as it is; the message says why and what to do, for a person. Other exceptions of a store reach its caller
/// wrapped in an OrleansException.
/// </summary>
[GenerateSerializer, Alias("mp.StoreException")]
public sealed class StoreException : OrleansException
{
    /// <inheritdoc/>
    public StoreException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public StoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
