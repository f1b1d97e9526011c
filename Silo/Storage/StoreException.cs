namespace Multipath.Silo.Storage;

/// <summary>The store cannot be used as it is; the message says why and what to do, for a person.</summary>
public sealed class StoreException : Exception
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
