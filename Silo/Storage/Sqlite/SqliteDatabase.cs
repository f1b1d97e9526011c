using Dapper;
using Microsoft.Data.Sqlite;

namespace Multipath.Silo.Storage.Sqlite;

/// <summary>Opens the silo's database file so that a commit survives a power cut (WAL with a full sync).</summary>
internal static class SqliteDatabase
{
    /// <summary>The file's name inside the data folder.</summary>
    public const string FileName = "fleet.db";

    /// <summary>
    /// SQLite waits this long for a lock that a backup tool may hold, and its .NET provider no longer than that: who waits for a write is
    /// told before a grain's call times out.
    /// </summary>
    private const int LockWaitSeconds = 5;

    /// <summary>Opens, checks and migrates the database in <paramref name="folder"/>; makes both when absent.</summary>
    /// <exception cref="StoreException">The folder or file cannot be used; the message says why.</exception>
    public static SqliteConnection Open(string folder) => Open(folder, Migrations.All);

    /// <summary>As <see cref="Open(string)"/>, with other migrations or another patience.</summary>
    internal static SqliteConnection Open(string folder, IReadOnlyList<string> migrations, int lockWaitSeconds = LockWaitSeconds)
    {
        var path = Path.Combine(folder, FileName);
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(folder);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Pooling = false,
                DefaultTimeout = lockWaitSeconds,
            }.ToString());
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout = {lockWaitSeconds * 1000}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            var verdict = connection.ExecuteScalar<string>("PRAGMA quick_check(1)");
            if (verdict != "ok")
            {
                throw new StoreException($"{path} is damaged ({verdict}). Restore it from a backup.");
            }

            Migrations.Run(connection, migrations);
            return connection;
        }
        catch (StoreException)
        {
            connection?.Dispose();
            throw;
        }
        catch (SqliteException error)
        {
            connection?.Dispose();
            throw SqliteTrouble.Opening(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The data folder {folder} cannot be used: {error.Message}", error);
        }
    }
}
