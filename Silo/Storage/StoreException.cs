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

    /// <summary>True for a write of which it is not known whether it is stored; the message says so.</summary>
    [Id(0)]
    public bool IsDoubtful { get; init; }

    /// <summary>The same without its cause, which is of a type that not every process knows.</summary>
    public StoreException WithoutCause() => new(Message) { IsDoubtful = IsDoubtful };
}
