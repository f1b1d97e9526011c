using System.Runtime.CompilerServices;
using System.Text;
using Dapper;
using Multipath.Silo.Storage.PostgreSql;
using Npgsql;

namespace Multipath.Silo.Storage.Archive;

/// <summary>The states of a cluster of the Orleans build, in the table of its storage provider.</summary>
internal sealed class OrleansArchive : IStateArchive
{
    /// <summary>A silo that signed within this time, by the database's clock, may be alive; they sign every few seconds.</summary>
    private const string MayLive = "status NOT IN (0, 6) AND signedat > now() - interval '60 seconds'";

    private static readonly string OfTheFleet = ArchiveRules.IsOfTheFleet("statename");

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _database;
    private readonly string _cluster;

    private OrleansArchive(NpgsqlConnectionStringBuilder settings, string cluster) =>
        (_settings, _database, _cluster) = (settings, PostgresDatabase.Source(settings), cluster);

    public string Description => $"cluster {_cluster} in {PostgresDatabase.Describe(_settings)}";

    /// <summary>Brings the database's schema up to date.</summary>
    /// <param name="connectionString">As an operator writes it.</param>
    /// <param name="cluster">The cluster's id, which is also Orleans's service id.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static async Task<OrleansArchive> Open(string connectionString, string cluster, CancellationToken cancellation)
    {
        var archive = new OrleansArchive(PostgresDatabase.Parse(connectionString), cluster);
        try
        {
            await new SchemaMigrator(archive._database, archive._settings).Migrate([SchemaSet.Orleans, SchemaSet.State], cancellation);
            return archive;
        }
        catch
        {
            await archive.DisposeAsync();
            throw;
        }
    }

    public async IAsyncEnumerable<StoredState> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        var sql = $"""
            SELECT statename AS name, keytext AS key, payload FROM {OrleansSchema.Storage}
            WHERE serviceid = @Cluster AND payload IS NOT NULL AND {OfTheFleet}
            ORDER BY statename COLLATE "C", keytext COLLATE "C"
            """;
        await foreach (var row in PostgresRows.Read<Row>(_database, _settings, sql, new { Cluster = _cluster }, cancellation))
        {
            yield return new StoredState(row.Name, ClusterKey.Read(row.Key), Encoding.UTF8.GetString(row.Payload));
        }
    }

    public async Task<ImportCount> Replace(IAsyncEnumerable<StoredState> states, bool replace, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await _database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            // No silo can join before the import is done.
            await connection.ExecuteAsync("LOCK TABLE orleansmembershipversiontable IN EXCLUSIVE MODE");
            await RefuseLiving(connection);
            var counts = $"SELECT count(payload) FILTER (WHERE {OfTheFleet}), coalesce(max(version), 0) FROM {OrleansSchema.Storage}";
            var (removed, newest) = await connection.QuerySingleAsync<(long, int)>(
                $"{counts} WHERE serviceid = @Cluster",
                new { Cluster = _cluster });
            ArchiveRules.RefuseToReplace(removed, replace, Description);
            await connection.ExecuteAsync($"DELETE FROM {OrleansSchema.Storage} WHERE serviceid = @Cluster", new { Cluster = _cluster });
            var written = await Insert(connection, states, newest + 1, cancellation);
            await transaction.CommitAsync(cancellation);
            return new ImportCount(removed, written);
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw PostgresTrouble.Writing(_settings, error);
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task RefuseLiving(NpgsqlConnection connection)
    {
        var silos = (await connection.QueryAsync<string>(
            $"SELECT address || ':' || port FROM orleansmembershiptable WHERE deploymentid = @Cluster AND {MayLive} ORDER BY 1",
            new { Cluster = _cluster })).ToArray();
        if (silos.Length > 0)
        {
            throw new StoreException(
                $"Silos of {Description} may still run: {string.Join(", ", silos)}. Nothing was changed; stop them, and if they were "
                + "killed wait for a minute.");
        }
    }

    private async Task<long> Insert(
        NpgsqlConnection connection, IAsyncEnumerable<StoredState> states, int version, CancellationToken cancellation)
    {
        const string sql = $"""
            INSERT INTO {OrleansSchema.Storage} (serviceid, statename, keytext, keyhigh, keylow, payload, version, changedat)
            VALUES (@Cluster, @Name, @Key, 0, 0, @Payload, @version, now())
            """;
        var written = 0L;
        await foreach (var state in states.WithCancellation(cancellation))
        {
            var (key, payload) = (ClusterKey.Write(state.Key), Encoding.UTF8.GetBytes(state.Body));
            await connection.ExecuteAsync(sql, new { Cluster = _cluster, state.Name, Key = key, Payload = payload, version });
            written++;
        }

        return written;
    }

    private sealed record Row(string Name, string Key, byte[] Payload);
}
