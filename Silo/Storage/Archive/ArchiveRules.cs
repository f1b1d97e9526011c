namespace Multipath.Silo.Storage.Archive;

/// <summary>What every store refuses in the same words.</summary>
internal static class ArchiveRules
{
    /// <exception cref="StoreException">The store has something in it, and nobody said that it may go.</exception>
    public static void RefuseToReplace(long present, bool replace, string store)
    {
        if (present > 0 && !replace)
        {
            throw new StoreException(
                $"{store} has {present} states already. Nothing was changed; export them first if they are worth keeping, then import "
                + "with --replace.");
        }
    }
}
