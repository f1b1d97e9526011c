namespace Multipath.Silo.Storage.Archive;

/// <summary>
/// A grain's key as it stands in the tables of a cluster: behind a slash. The ADO.NET storage of Orleans keeps a key that reads as a GUID
/// or as a hexadecimal number as numbers (AdoGrainKey), so that hosts called <c>7</c> and <c>007</c>, or <c>cafe</c> and <c>CAFE</c>,
/// would share one row; with the slash, which no name has, every key is text to it.
/// </summary>
internal static class ClusterKey
{
    private const char Mark = '/';

    public static string Write(string key) => Mark + key;

    /// <exception cref="StoreException">No silo of this program wrote it.</exception>
    public static string Read(string stored) => stored.StartsWith(Mark)
        ? stored[1..]
        : throw new StoreException($"The tables of the cluster have the key \"{stored}\", which no silo of this version wrote.");
}
