using Multipath.Silo.Storage.PostgreSql;
using Npgsql;

namespace Multipath.Silo.Hosting;

/// <summary>Brings the database to this program's schema, before the silo looks for its tables; several silos may do so at once.</summary>
internal sealed class ClusterSchema(NpgsqlDataSource database, NpgsqlConnectionStringBuilder settings) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        new SchemaMigrator(database, settings).Migrate([SchemaSet.Orleans, SchemaSet.State], cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
