using Dapper;
using Microsoft.Data.Sqlite;
using Multipath.Silo.Storage.Sqlite;

namespace Multipath.Silo.Tests.Support;

/// <summary>A silo's database that refuses some writes until this is disposed of, while it answers all questions.</summary>
internal sealed class BrokenStore : IDisposable
{
    private readonly SqliteConnection _connection;

    private BrokenStore(string folder, string condition)
    {
        var file = System.IO.Path.Combine(folder, SqliteDatabase.FileName);
        _connection = new SqliteConnection($"Data Source={file};Pooling=False");
        _connection.Open();
        foreach (var (trigger, change) in new[] { ("broken_insert", "INSERT"), ("broken_update", "UPDATE") })
        {
            _connection.Execute(
                $"CREATE TRIGGER {trigger} BEFORE {change} ON grain_state WHEN {condition} BEGIN SELECT RAISE(ABORT, 'broken'); END");
        }
    }

    /// <summary>States of this name cannot be written.</summary>
    public static BrokenStore For(string folder, string name) => new(folder, $"NEW.name = '{name}'");

    /// <summary>Rows that a condition of SQL holds for cannot be written.</summary>
    public static BrokenStore Where(TestSilo silo, string condition) => new(silo.Ground.Folder, condition);

    public void Dispose()
    {
        _connection.Execute("DROP TRIGGER broken_insert; DROP TRIGGER broken_update");
        _connection.Dispose();
    }
}
