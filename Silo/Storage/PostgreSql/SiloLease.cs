using System.Data;
using Dapper;
using Npgsql;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// Makes one process the only writer of a database: an advisory lock, held by the very connection that writes. When the connection breaks
/// the lock goes with it, and nothing is written before both are there again, so that a silo that lost its place cannot write.
/// </summary>
/// <param name="settings">Where to connect; the connection is never pooled.</param>
/// <param name="patience">How long the first <see cref="Hold"/> waits for a holder to let go, such as a silo that was just stopped.</param>
internal sealed class SiloLease(NpgsqlConnectionStringBuilder settings, TimeSpan patience) : IAsyncDisposable
{
    /// <summary>First key of the lock, "mpsl" in ASCII; the second is the table, so that each schema has its own silo.</summary>
    private const int LockKey = 0x6d70_736c;

    private const string Take = $"SELECT pg_try_advisory_lock(@LockKey, '{ProductSchema.GrainState}'::regclass::oid::integer)";

    /// <summary>A silo whose machine vanished is given up by the server in this time; by default it would wait for two hours.</summary>
    private const string NoticeLossOfClient =
        "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3";

    private const string Holder = $"""
        SELECT format('%s, connected since %s from %s', a.application_name, date_trunc('second', a.backend_start),
            coalesce(host(a.client_addr), 'this machine'))
        FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = @LockKey::oid
            AND l.objid = '{ProductSchema.GrainState}'::regclass::oid
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        LIMIT 1
        """;

    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource _server =
        PostgresDatabase.Source(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false });

    private NpgsqlConnection? _connection;
    private TimeSpan _patience = patience;

    /// <summary>True while the connection seems to be there.</summary>
    public bool IsHeld => _connection?.FullState == ConnectionState.Open;

    /// <summary>The connection that holds the lock; one caller at a time.</summary>
    /// <exception cref="StoreException">Another silo has it.</exception>
    public async Task<NpgsqlConnection> Hold()
    {
        if (IsHeld)
        {
            return _connection!;
        }

        await Drop();
        var connection = await _server.OpenConnectionAsync();
        try
        {
            await connection.ExecuteAsync(NoticeLossOfClient);
            await Lock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        _patience = TimeSpan.Zero;
        return _connection = connection;
    }

    /// <summary>The connection is of no use any more; the lock is gone with it.</summary>
    public async Task Drop()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Drop();
        await _server.DisposeAsync();
    }

    private async Task Lock(NpgsqlConnection connection)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await connection.ExecuteScalarAsync<bool>(Take, new { LockKey }))
        {
            if (TimeProvider.System.GetElapsedTime(began) >= _patience)
            {
                var holder = await connection.ExecuteScalarAsync<string?>(Holder, new { LockKey }) ?? "it was just let go";
                throw new StoreException(
                    $"Another silo uses {PostgresDatabase.Describe(settings)} ({holder}). This build runs one silo on a database: stop "
                    + "the other one, give this one a database of its own, or use the Orleans build for several silos.");
            }

            await Task.Delay(AskEvery);
        }
    }
}
