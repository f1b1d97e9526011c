using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Multipath.Standalone.Orleans.Storage;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Configuration
{
    /// <summary>Settings of the in-memory storage; in one process there is nothing to set.</summary>
    public class MemoryGrainStorageOptions
    {
    }
}

namespace Orleans.Hosting
{
    /// <summary>Adds storage that lasts as long as the process.</summary>
    public static class MemoryGrainStorageSiloBuilderExtensions
    {
        /// <summary>Adds an in-memory storage under a name.</summary>
        /// <param name="builder">The silo.</param>
        /// <param name="name">The name.</param>
        /// <param name="configureOptions">Sets its options.</param>
        public static ISiloBuilder AddMemoryGrainStorage(this ISiloBuilder builder, string name,
            Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null)
        {
            configureOptions?.Invoke(builder.Services.AddOptions<MemoryGrainStorageOptions>(name));
            builder.Services.AddGrainStorage(name, MemoryStorage.Create);
            return builder;
        }

        /// <summary>Adds an in-memory storage for states that name none.</summary>
        /// <param name="builder">The silo.</param>
        /// <param name="configureOptions">Sets its options.</param>
        public static ISiloBuilder AddMemoryGrainStorageAsDefault(this ISiloBuilder builder,
            Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null)
            => builder.AddMemoryGrainStorage(StateStores.DefaultName, configureOptions);
    }
}

namespace Orleans.Runtime.Hosting
{
    /// <summary>Adds storage of one's own.</summary>
    public static class StorageProviderExtensions
    {
        /// <summary>Adds a storage under a name; <c>Default</c> is the one for states that name none.</summary>
        /// <typeparam name="T">The storage's type.</typeparam>
        /// <param name="collection">The host's services.</param>
        /// <param name="name">The name.</param>
        /// <param name="implementationFactory">Makes it from the services and the name.</param>
        public static IServiceCollection AddGrainStorage<T>(this IServiceCollection collection, string name,
            Func<IServiceProvider, string, T> implementationFactory)
            where T : IGrainStorage
        {
            collection.AddKeyedSingleton<IGrainStorage>(name, (services, key) => implementationFactory(services, (string)key!));
            if (name == StateStores.DefaultName)
            {
                collection.TryAddSingleton(services => services.GetRequiredKeyedService<IGrainStorage>(StateStores.DefaultName));
            }

            return collection;
        }
    }
}
