using Dapper;
using Microsoft.Data.Sqlite;

namespace Multipath.Silo.Storage.Sqlite;

/// <summary>
/// Brings a database to the newest schema: numbered steps, each in one transaction with its number (<c>PRAGMA user_version</c>).
/// </summary>
internal static class Migrations
{
    /// <summary>
    /// Step n, at index n-1, leads from version n-1 to n. Only ever appended to, also when only the form of states changes
    /// (<see cref="StateForm"/>).
    /// </summary>
    public static IReadOnlyList<string> All { get; } =
    [
        """
        CREATE TABLE grain_state (
            name TEXT NOT NULL,
            key  TEXT NOT NULL,
            etag INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (name, key)
        );
        """,
    ];

    /// <summary>Runs the steps that <paramref name="connection"/>'s database lacks.</summary>
    /// <exception cref="StoreException">The database was written by a newer version of this program.</exception>
    public static void Run(SqliteConnection connection, IReadOnlyList<string> steps)
    {
        var version = connection.ExecuteScalar<int>("PRAGMA user_version");
        if (version > steps.Count)
        {
            throw new StoreException(
                $"{connection.DataSource} has schema {version}, this program knows up to {steps.Count}: it was written by a newer version. "
                + "Start that version, or restore a backup made before the upgrade.");
        }

        for (var next = version + 1; next <= steps.Count; next++)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(steps[next - 1], transaction: transaction);
            connection.Execute($"PRAGMA user_version = {next}", transaction: transaction);
            transaction.Commit();
        }
    }
}
