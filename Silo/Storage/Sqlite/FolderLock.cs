namespace Multipath.Silo.Storage.Sqlite;

/// <summary>
/// Makes one process the only writer of a data folder. The operating system lets go of it when the process ends, however it ends.
/// </summary>
internal static class FolderLock
{
    private const string FileName = "silo.lock";

    /// <summary>Taken until disposed of.</summary>
    /// <exception cref="StoreException">Another silo has it, or the folder cannot be used.</exception>
    public static IDisposable Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new StoreException(
                $"Another silo uses the data folder {Path.GetFullPath(folder)}. Stop it, or give this one a folder of its own (--data).",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The data folder {folder} cannot be used: {error.Message}", error);
        }
    }
}
