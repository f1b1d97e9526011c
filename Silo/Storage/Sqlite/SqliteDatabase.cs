using Dapper;
using Microsoft.Data.Sqlite;

namespace Multipath.Silo.Storage.Sqlite;

/// <summary>Opens the silo's database file so that a commit survives a power cut (WAL with a full sync).</summary>
internal static class SqliteDatabase
{
    /// <summary>The file's name inside the data folder.</summary>
    public const string FileName = "fleet.db";

    /// <summary>SQLite waits this long for a lock that a backup tool may hold.</summary>
    private const int BusyTimeoutMs = 5_000;

    /// <summary>Opens, checks and migrates the database in <paramref name="folder"/>; makes both when absent.</summary>
    /// <exception cref="StoreException">The folder or file cannot be used; the message says why.</exception>
    public static SqliteConnection Open(string folder) => Open(folder, Migrations.All);

    /// <summary>As <see cref="Open(string)"/>, with other migrations.</summary>
    internal static SqliteConnection Open(string folder, IReadOnlyList<string> migrations)
    {
        var path = Path.Combine(folder, FileName);
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(folder);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout = {BusyTimeoutMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
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
            throw new StoreException(Explain(path, error), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The data folder {folder} cannot be used: {error.Message}", error);
        }
    }

    private static string Explain(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        SqliteCodes.NotADatabase => $"{path} is not a database. Move it away, or restore it from a backup.",
        SqliteCodes.Corrupt => $"{path} is damaged. Restore it from a backup.",
        _ => $"{path} cannot be opened: {error.Message}",
    };

    /// <summary>Result codes of SQLite (sqlite.org/rescode.html).</summary>
    private static class SqliteCodes
    {
        public const int Corrupt = 11;
        public const int NotADatabase = 26;
    }
}
