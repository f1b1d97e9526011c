using Multipath.Silo.Tests.Support;
using Multipath.TestKit;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Multipath.Silo.Tests.Support;

/// <summary>One PostgreSQL for the tests of this project, started by the first that asks, and one database for each test.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private PostgresServer? _server;
    private string? _whyNot;
    private int _count;

    /// <summary>The connection string of a new, empty database; the test is skipped where there is no PostgreSQL.</summary>
    public async Task<string> Database()
    {
        var server = await Server();
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await Execute(server.ConnectionString(), $"CREATE DATABASE {name}");
        return server.ConnectionString(name);
    }

    /// <summary>The same database, as a new role that may connect and no more.</summary>
    public static async Task<string> PlainRole(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.Username = $"role_{settings.Database}";
        settings.Password = "plain";
        await Execute(connectionString, $"CREATE ROLE {settings.Username} LOGIN PASSWORD 'plain'");
        return settings.ToString();
    }

    public static async Task Execute(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> Ask<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _one.Dispose();
    }

    private async Task<PostgresServer> Server()
    {
        await _one.WaitAsync();
        try
        {
            if (_server is null && _whyNot is null)
            {
                (_server, _whyNot) = await PostgresServer.Launch();
            }
        }
        finally
        {
            _one.Release();
        }

        Assert.SkipWhen(_server is null, _whyNot ?? "");
        return _server!;
    }
}
