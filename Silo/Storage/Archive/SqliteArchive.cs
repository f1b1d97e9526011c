using Dapper;
using Microsoft.Data.Sqlite;
using Multipath.Silo.Storage.Sqlite;

namespace Multipath.Silo.Storage.Archive;

/// <summary>The states of a data folder.</summary>
internal sealed class SqliteArchive : IStateArchive
{
    private static readonly string OfTheFleet = ArchiveRules.IsOfTheFleet("name");

    private readonly string _folder;
    private readonly SqliteConnection _connection;

    private SqliteArchive(string folder) => (_folder, _connection) = (folder, SqliteDatabase.Open(folder));

    public string Description => Path.GetFullPath(Path.Combine(_folder, SqliteDatabase.FileName));

    /// <summary>What is there already.</summary>
    /// <exception cref="StoreException">There is no database, or it cannot be used.</exception>
    public static SqliteArchive Existing(string folder) => File.Exists(Path.Combine(folder, SqliteDatabase.FileName))
        ? new SqliteArchive(folder)
        : throw new StoreException($"There is no {SqliteDatabase.FileName} in {Path.GetFullPath(folder)}. Name its folder with --data.");

    /// <summary>What is there already, or a new one.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static SqliteArchive ToWrite(string folder) => new(folder);

    public async IAsyncEnumerable<StoredState> Read(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var snapshot = _connection.BeginTransaction(deferred: true);
        var rows = _connection.Query<StoredState>(
            $"SELECT name, key, body FROM grain_state WHERE {OfTheFleet} ORDER BY name, key", transaction: snapshot, buffered: false);
        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    public async Task<ImportCount> Replace(IAsyncEnumerable<StoredState> states, bool replace, CancellationToken cancellation)
    {
        using var alone = FolderLock.Take(_folder);
        try
        {
            await using var transaction = _connection.BeginTransaction();
            var (removed, newest) = await _connection.QuerySingleAsync<(long, long)>(
                $"SELECT count(*) FILTER (WHERE {OfTheFleet}), coalesce(max(etag), 0) FROM grain_state", transaction: transaction);
            ArchiveRules.RefuseToReplace(removed, replace, Description);
            await _connection.ExecuteAsync("DELETE FROM grain_state", transaction: transaction);
            var written = 0L;
            await foreach (var state in states.WithCancellation(cancellation))
            {
                await _connection.ExecuteAsync(
                    "INSERT INTO grain_state (name, key, etag, body) VALUES (@Name, @Key, @etag, @Body)",
                    new { state.Name, state.Key, etag = newest + 1, state.Body },
                    transaction);
                written++;
            }

            await transaction.CommitAsync(cancellation);
            return new ImportCount(removed, written);
        }
        catch (SqliteException error)
        {
            throw SqliteTrouble.Writing(Description, error);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
