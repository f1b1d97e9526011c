using Dapper;
using Microsoft.Data.Sqlite;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage.Sqlite;

namespace Multipath.Silo.Tests.Support;

/// <summary>What a test's silo stands on in this build: a folder of its own, gone afterwards.</summary>
internal sealed class TestGround : IAsyncDisposable
{
    private TestGround()
    {
    }

    /// <summary>Where the silo keeps its state.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("mpsilo-test-").FullName;

    public static Task<TestGround> Make(SiloOptions options) => Task.FromResult(new TestGround());

    /// <summary>One for each silo.</summary>
    public IReadOnlyList<SiloOptions> Silos(SiloOptions options) => [options with { DataFolder = Folder }];

    /// <summary>Until disposed of, no state of this name can be written.</summary>
    public IDisposable Break(string state)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, SqliteDatabase.FileName)};Pooling=False");
        connection.Open();
        foreach (var (trigger, change) in new[] { ("broken_insert", "INSERT"), ("broken_update", "UPDATE") })
        {
            connection.Execute(
                $"CREATE TRIGGER {trigger} BEFORE {change} ON grain_state WHEN NEW.name = '{state}' "
                + "BEGIN SELECT RAISE(ABORT, 'broken'); END");
        }

        return new Repair(connection);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class Repair(SqliteConnection connection) : IDisposable
    {
        public void Dispose()
        {
            connection.Execute("DROP TRIGGER broken_insert; DROP TRIGGER broken_update");
            connection.Dispose();
        }
    }
}
