namespace Multipath.Silo.Storage.Archive;

/// <summary>A store seen as a whole, to be moved to another one.</summary>
internal interface IStateArchive : IAsyncDisposable
{
    /// <summary>Which store, for a person.</summary>
    string Description { get; }

    /// <summary>Everything as of one moment, ordered by name, then key; a silo may go on writing meanwhile.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    IAsyncEnumerable<StoredState> Read(CancellationToken cancellation);

    /// <summary>Puts these states in the place of what is there: all of them, or none when anything fails.</summary>
    /// <param name="states">A failure of it leaves the store as it was.</param>
    /// <param name="replace">False: a store that has anything in it is refused.</param>
    /// <param name="cancellation">Leaves the store as it was.</param>
    /// <exception cref="StoreException">A silo uses the store, it is not empty, or it cannot be written.</exception>
    Task<ImportCount> Replace(IAsyncEnumerable<StoredState> states, bool replace, CancellationToken cancellation);
}
