using Multipath.Silo.Hosting;

namespace Multipath.Silo.Storage.Archive;

/// <summary>What every store refuses in the same words.</summary>
internal static class ArchiveRules
{
    /// <summary>A condition of SQL: a state is the fleet's, and not the row that a silo writes to find out whether it can.</summary>
    /// <param name="name">The column with the state's name.</param>
    public static string IsOfTheFleet(string name) => $"{name} <> '{StoreProbe.StateName}'";

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
