using System.Data;
using System.Runtime.CompilerServices;
using Dapper;
using Multipath.Silo.Storage.PostgreSql;
using Npgsql;
using NpgsqlTypes;

namespace Multipath.Silo.Storage.Archive;

/// <summary>The states of the build that is one process, on PostgreSQL.</summary>
internal sealed class PostgresArchive : IStateArchive
{
    private static readonly string OfTheFleet = ArchiveRules.IsOfTheFleet("name");

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _database;

    private PostgresArchive(NpgsqlConnectionStringBuilder settings) =>
        (_settings, _database) = (settings, PostgresDatabase.Source(settings));

    public string Description => PostgresDatabase.Describe(_settings);

    /// <summary>Brings the database's schema up to date.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static async Task<PostgresArchive> Open(string connectionString, CancellationToken cancellation)
    {
        var archive = new PostgresArchive(PostgresDatabase.Parse(connectionString));
        try
        {
            await new SchemaMigrator(archive._database, archive._settings).Migrate([SchemaSet.Product, SchemaSet.State], cancellation);
            return archive;
        }
        catch
        {
            await archive.DisposeAsync();
            throw;
        }
    }

    public IAsyncEnumerable<StoredState> Read(CancellationToken cancellation) => PostgresRows.Read<StoredState>(
        _database,
        _settings,
        $"""
        SELECT name, key, body FROM {ProductSchema.GrainState} WHERE {OfTheFleet} ORDER BY name COLLATE "C", key COLLATE "C"
        """,
        null,
        cancellation);

    public async Task<ImportCount> Replace(IAsyncEnumerable<StoredState> states, bool replace, CancellationToken cancellation)
    {
        try
        {
            await using var lease = new SiloLease(_settings, TimeSpan.Zero);
            var connection = await lease.Hold();
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var (removed, newest) = await connection.QuerySingleAsync<(long, long)>(
                $"SELECT count(*) FILTER (WHERE {OfTheFleet}), coalesce(max(etag), 0) FROM {ProductSchema.GrainState}");
            ArchiveRules.RefuseToReplace(removed, replace, Description);
            await connection.ExecuteAsync($"DELETE FROM {ProductSchema.GrainState}");
            var written = await Copy(connection, states, newest + 1, cancellation);
            await transaction.CommitAsync(cancellation);
            return new ImportCount(removed, written);
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw PostgresTrouble.Writing(_settings, error);
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>ETags start above all that were there: a writer that remembers one of those is refused.</summary>
    private static async Task<long> Copy(
        NpgsqlConnection connection, IAsyncEnumerable<StoredState> states, long etag, CancellationToken cancellation)
    {
        await using var rows = await connection.BeginBinaryImportAsync(
            $"COPY {ProductSchema.GrainState} (name, key, etag, body) FROM STDIN (FORMAT BINARY)", cancellation);
        await foreach (var state in states.WithCancellation(cancellation))
        {
            await rows.StartRowAsync(cancellation);
            await rows.WriteAsync(state.Name, NpgsqlDbType.Text, cancellation);
            await rows.WriteAsync(state.Key, NpgsqlDbType.Text, cancellation);
            await rows.WriteAsync(etag, NpgsqlDbType.Bigint, cancellation);
            await rows.WriteAsync(state.Body, NpgsqlDbType.Text, cancellation);
        }

        return (long)await rows.CompleteAsync(cancellation);
    }
}

/// <summary>Reads the rows of a table as they were at one moment.</summary>
internal static class PostgresRows
{
    /// <exception cref="StoreException">They cannot be read.</exception>
    public static async IAsyncEnumerable<T> Read<T>(
        NpgsqlDataSource database,
        NpgsqlConnectionStringBuilder settings,
        string sql,
        object? parameters,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = await Told(settings, async () => await database.OpenConnectionAsync(cancellation));
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using var rows = connection.QueryUnbufferedAsync<T>(sql, parameters, snapshot).GetAsyncEnumerator(cancellation);
        while (await Told(settings, async () => await rows.MoveNextAsync()))
        {
            yield return rows.Current;
        }
    }

    private static async Task<T> Told<T>(NpgsqlConnectionStringBuilder settings, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw PostgresTrouble.Reading(settings, error);
        }
    }
}
