using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Storage.Sqlite;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Multipath.Silo.Hosting;

/// <summary>The store of a silo that is one process: PostgreSQL by a connection string, else a file in the data folder.</summary>
internal static class SiloStore
{
    /// <summary>Adds the store; to be called before the grains' runtime is added, which reads from it as soon as it starts.</summary>
    public static void Add(IServiceCollection services, SiloOptions options)
    {
        if (options.Database is { } connectionString)
        {
            Add(services, () => new PostgresGrainStorage(connectionString));
            services.AddHostedService<StoreOpening>();
        }
        else
        {
            Add(services, () => new SqliteGrainStorage(options.DataFolder));
        }
    }

    /// <summary>Where state is kept, for a person.</summary>
    public static string Describe(SiloOptions options) => options.Database is { } connectionString
        ? PostgresDatabase.Describe(PostgresDatabase.Parse(connectionString))
        : Path.GetFullPath(options.DataFolder);

    private static void Add<T>(IServiceCollection services, Func<T> make)
        where T : class, IGrainStorage, IStoreHealth
    {
        services.AddSingleton(_ => make());
        services.AddSingleton<IStoreHealth>(provider => provider.GetRequiredService<T>());
        services.AddGrainStorage(StoreNames.Fleet, (provider, _) => provider.GetRequiredService<T>());
    }

    /// <summary>Opens a store that is not a matter of a moment, before anything else starts.</summary>
    private sealed class StoreOpening(PostgresGrainStorage store) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => store.Open(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
