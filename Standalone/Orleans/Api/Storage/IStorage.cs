using Orleans.Core;

namespace Orleans.Core
{
    /// <summary>A record that its grain can read, write and clear. It is read before the grain is activated.</summary>
    public interface IStorage
    {
        /// <summary>The version that was read or written last.</summary>
        string? Etag { get; }

        /// <summary>Whether the store has the record.</summary>
        bool RecordExists { get; }

        /// <summary>Deletes the record and resets the state.</summary>
        /// <exception cref="Storage.InconsistentStateException">The record was changed by someone else since it was read.</exception>
        Task ClearStateAsync();

        /// <summary>Deletes the record and resets the state.</summary>
        /// <param name="cancellationToken">Cancels before the store is asked.</param>
        Task ClearStateAsync(CancellationToken cancellationToken);

        /// <summary>Writes the state.</summary>
        /// <exception cref="Storage.InconsistentStateException">The record was changed by someone else since it was read; when this leaves
        /// a request, the activation goes, and the next one reads the record anew.</exception>
        Task WriteStateAsync();

        /// <summary>Writes the state.</summary>
        /// <param name="cancellationToken">Cancels before the store is asked.</param>
        Task WriteStateAsync(CancellationToken cancellationToken);

        /// <summary>Reads the record anew.</summary>
        Task ReadStateAsync();

        /// <summary>Reads the record anew.</summary>
        /// <param name="cancellationToken">Cancels before the store is asked.</param>
        Task ReadStateAsync(CancellationToken cancellationToken);
    }

    /// <summary>A record with a typed state.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The state in memory; it reaches the store by <see cref="IStorage.WriteStateAsync()"/>.</summary>
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A named state of a grain, injected by a constructor parameter with <see cref="PersistentStateAttribute"/>.</summary>
    /// <typeparam name="TState">The state's type.</typeparam>
    public interface IPersistentState<TState> : IStorage<TState>
    {
    }

    /// <summary>Names the state and the storage of an <see cref="IPersistentState{TState}"/> parameter.</summary>
    /// <param name="stateName">The state's name in the store.</param>
    /// <param name="storageName">The name of the registered <see cref="Storage.IGrainStorage"/>; null for the default one.</param>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
    {
        /// <summary>The state's name in the store.</summary>
        public string StateName { get; } = stateName;

        /// <summary>The storage's name, or null for the default one.</summary>
        public string? StorageName { get; } = storageName;
    }
}
