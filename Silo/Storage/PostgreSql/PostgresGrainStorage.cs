using System.Globalization;
using Dapper;
using Multipath.Silo.Hosting;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>Grain state as JSON rows in PostgreSQL; a row's ETag rises by one with each write.</summary>
internal sealed class PostgresGrainStorage : IGrainStorage, IStoreHealth, IAsyncDisposable
{
    private const string Insert =
        $"INSERT INTO {ProductSchema.GrainState} (name, key, etag, body) VALUES (@name, @key, 1, @body) ON CONFLICT DO NOTHING";

    private const string Update =
        $"UPDATE {ProductSchema.GrainState} SET etag = etag + 1, body = @body WHERE name = @name AND key = @key AND etag = @etag";

    private const string Delete = $"DELETE FROM {ProductSchema.GrainState} WHERE name = @name AND key = @key AND etag = @etag";

    private const string Select = $"SELECT etag, body FROM {ProductSchema.GrainState} WHERE name = @stateName AND key = @key";

    /// <summary>Finds no row: what it takes to answer is what it takes to write, the lock of the silo included.</summary>
    private static readonly RowChange Probe = new($"DELETE FROM {ProductSchema.GrainState} WHERE name = '' AND key = ''");

    private static readonly TimeSpan WaitForFormerSilo = TimeSpan.FromSeconds(5);

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _reading;
    private readonly LeasedWriter _writer;
    private readonly Lock _asking = new();
    private Task<string?> _check = Task.FromResult<string?>(null);

    /// <param name="connectionString">As an operator writes it.</param>
    /// <param name="waitForFormerSilo">How long a silo that held the database may take to let it go; 5 seconds when not given.</param>
    /// <exception cref="StoreException">The connection string cannot be read.</exception>
    public PostgresGrainStorage(string connectionString, TimeSpan? waitForFormerSilo = null)
    {
        _settings = PostgresDatabase.Parse(connectionString);
        _reading = PostgresDatabase.Source(_settings);
        _writer = new LeasedWriter(new SiloLease(_settings, waitForFormerSilo ?? WaitForFormerSilo), _settings);
    }

    /// <summary>Transactions so far.</summary>
    public long Commits => _writer.Commits;

    /// <summary>Migrates the database and becomes its silo.</summary>
    /// <exception cref="StoreException">The database cannot be used, or another silo uses it; the message says why.</exception>
    public async Task Open(CancellationToken cancellation)
    {
        await new SchemaMigrator(_reading, _settings).Migrate([SchemaSet.Product, SchemaSet.State], cancellation);
        await _writer.Write(Probe);
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await Read(stateName, grainId.Key.ToString()!);
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
        var expected = Parse(grainState.ETag);
        NpgsqlParameter[] parameters = [.. Key(stateName, grainId), new("body", StateCodec.Write(grainState.State!))];
        var written = await _writer.Write(
            expected == 0 ? new RowChange(Insert, parameters) : new RowChange(Update, [.. parameters, new("etag", expected)]));
        RefuseStale(written, stateName, grainId, grainState.ETag);
        grainState.ETag = (expected + 1).ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var expected = Parse(grainState.ETag);
        if (expected != 0)
        {
            var written = await _writer.Write(new RowChange(Delete, [.. Key(stateName, grainId), new("etag", expected)]));
            RefuseStale(written, stateName, grainId, grainState.ETag);
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    /// <summary>Questions that come while the database is slow share one answer, so that they do not add to the queue.</summary>
    public Task<string?> Check(CancellationToken cancellation)
    {
        lock (_asking)
        {
            return _check = _check.IsCompleted ? Ask() : _check;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _reading.DisposeAsync();
    }

    private static NpgsqlParameter[] Key(string stateName, GrainId grainId) =>
        [new("name", stateName), new("key", grainId.Key.ToString()!)];

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

    private async Task<string?> Ask()
    {
        try
        {
            await _writer.Write(Probe);
            return null;
        }
        catch (Exception error) when (error is StoreException or System.Threading.Channels.ChannelClosedException)
        {
            return error.Message;
        }
    }

    private async Task<Row?> Read(string stateName, string key)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await using var connection = await _reading.OpenConnectionAsync();
                return await connection.QuerySingleOrDefaultAsync<Row>(Select, new { stateName, key });
            }
            catch (Exception error) when (isFirst && PostgresTrouble.IsOfConnection(error))
            {
                // A connection of the pool may be from before a restart of the server.
                _reading.Clear();
            }
            catch (Exception error) when (PostgresTrouble.Is(error))
            {
                throw PostgresTrouble.Reading(_settings, error);
            }
        }
    }

    private sealed class Row
    {
        public long Etag { get; init; }

        public string Body { get; init; } = "";
    }
}
