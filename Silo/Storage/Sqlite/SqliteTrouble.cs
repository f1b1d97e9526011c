using Microsoft.Data.Sqlite;

namespace Multipath.Silo.Storage.Sqlite;

/// <summary>What goes wrong with a database (result codes: sqlite.org/rescode.html), in words for a person.</summary>
internal static class SqliteTrouble
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int NotADatabase = 26;

    /// <summary>Why a database could not be opened.</summary>
    public static StoreException Opening(string path, SqliteException error) => new(
        error.SqliteErrorCode switch
        {
            NotADatabase => $"{path} is not a database. Move it away, or restore it from a backup.",
            Corrupt => $"{path} is damaged. Restore it from a backup.",
            _ => $"{path} cannot be opened: {error.Message}",
        },
        error);

    /// <summary>Why a write failed; nothing of it is stored.</summary>
    public static StoreException Writing(string path, Exception error) => new(
        (error as SqliteException)?.SqliteErrorCode switch
        {
            Full => $"The disk of {path} is full. Nothing was stored; free some space and try again.",
            Busy or Locked => $"{path} is locked by another program, such as a backup. Nothing was stored; try again when it is done.",
            ReadOnly => $"{path} cannot be written any more. Nothing was stored; check the rights of the file and of its folder.",
            Corrupt => $"{path} is damaged. Nothing was stored; stop the silo and restore a backup.",
            _ => $"{path} cannot be written: {error.Message} Nothing was stored.",
        },
        error);
}
