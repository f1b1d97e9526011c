using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Multipath.Silo.Hosting;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Storage.Sqlite;

/// <summary>Grain state as JSON rows in one SQLite file; a row's ETag rises by one with each write.</summary>
internal sealed class SqliteGrainStorage : IGrainStorage, IStoreHealth, IAsyncDisposable
{
    private readonly IDisposable _alone;
    private readonly SqliteConnection _writing;
    private readonly SqliteConnection _reading;
    private readonly SemaphoreSlim _oneReader = new(1);
    private readonly GroupCommit _commits;

    /// <exception cref="StoreException">The database cannot be used, or another silo uses it.</exception>
    public SqliteGrainStorage(string folder)
    {
        _alone = FolderLock.Take(folder);
        try
        {
            _writing = SqliteDatabase.Open(folder);
            _reading = SqliteDatabase.Open(folder);
        }
        catch
        {
            _writing?.Dispose();
            _alone.Dispose();
            throw;
        }

        _commits = new GroupCommit(_writing);
    }

    /// <summary>Transactions so far.</summary>
    public long Commits => _commits.Commits;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString();
        var row = await Read(connection => connection.QuerySingleOrDefault<Row>(
            "SELECT etag, body FROM grain_state WHERE name = @stateName AND key = @key", new { stateName, key }));
        if (row is null)
        {
            grainState.RecordExists = false;
            grainState.ETag = null;
            return;
        }

        grainState.State = StateCodec.Read<T>(row.Body);
        grainState.ETag = row.Etag.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString();
        var expected = Parse(grainState.ETag);
        var body = StateCodec.Write(grainState.State!);
        var sql = expected == 0
            ? "INSERT INTO grain_state (name, key, etag, body) VALUES (@stateName, @key, 1, @body) ON CONFLICT DO NOTHING"
            : "UPDATE grain_state SET etag = etag + 1, body = @body WHERE name = @stateName AND key = @key AND etag = @expected";
        var written = await _commits.Write((connection, transaction) =>
            connection.Execute(sql, new { stateName, key, body, expected }, transaction) == 1);
        RefuseStale(written, stateName, grainId, grainState.ETag);
        grainState.ETag = (expected + 1).ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString();
        var expected = Parse(grainState.ETag);
        if (expected != 0)
        {
            var written = await _commits.Write((connection, transaction) => connection.Execute(
                "DELETE FROM grain_state WHERE name = @stateName AND key = @key AND etag = @expected",
                new { stateName, key, expected },
                transaction) == 1);
            RefuseStale(written, stateName, grainId, grainState.ETag);
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    public async Task<string?> Check(CancellationToken cancellation)
    {
        try
        {
            await Read(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM (SELECT 1 FROM grain_state LIMIT 1)"));
            return null;
        }
        catch (Exception error) when (error is SqliteException or InvalidOperationException or ObjectDisposedException)
        {
            return $"The store does not answer: {error.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        await _writing.DisposeAsync();
        await _reading.DisposeAsync();
        _oneReader.Dispose();
        _alone.Dispose();
    }

    private static void RefuseStale(bool written, string stateName, GrainId grainId, string? etag)
    {
        if (!written)
        {
            throw new InconsistentStateException(
                $"The state {stateName} of {grainId} was written by another activation since it was read with ETag {etag ?? "none"}.",
                    null, etag);
        }
    }

    private static long Parse(string? etag) => etag is null ? 0 : long.Parse(etag, CultureInfo.InvariantCulture);

    private async Task<T> Read<T>(Func<SqliteConnection, T> query)
    {
        await _oneReader.WaitAsync();
        try
        {
            // SQLite blocks the calling thread, which here would be a grain's.
            return await Task.Run(() => query(_reading));
        }
        finally
        {
            _oneReader.Release();
        }
    }

    private sealed class Row
    {
        public long Etag { get; init; }

        public string Body { get; init; } = "";
    }
}
