namespace Multipath.Silo.Storage;

/// <summary>Tells whether the store answers; readiness depends on it, liveness does not.</summary>
internal interface IStoreHealth
{
    /// <summary>Null when it answers, else why not.</summary>
    Task<string?> Check(CancellationToken cancellation);
}
