using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>Chooses address ids (RFC 8684 section 3.2): one address has one id in a connection, and no two share one.</summary>
internal static class AddressIds
{
    /// <summary>The id for a new subflow; null when all 255 are taken.</summary>
    /// <param name="connection">The connection with all its subflows.</param>
    /// <param name="staying">Those that are not being destroyed.</param>
    /// <param name="memory">What is remembered of the connection.</param>
    /// <param name="path">The path that the subflow is for.</param>
    /// <remarks>
    /// The kernel refuses an address under a second id, and an id for a second address. So a live subflow's id comes first, then the one
    /// that the data plane still holds for the address; otherwise a new one, and a retired one only when no new one is left.
    /// </remarks>
    internal static byte? Choose(ConnectionState connection, IEnumerable<SubflowState> staying, ConnectionMemory memory, PathKey path)
    {
        var live = staying.FirstOrDefault(s => s.LocalId != 0 && s.Local.Address.Equals(path.Address))?.LocalId
            ?? memory.Pending.FirstOrDefault(p => p.Path.Address.Equals(path.Address))?.LocalId
            ?? memory.Path(path).LocalId;
        if (live != 0)
        {
            return live;
        }

        var taken = connection.Subflows.Select(s => s.LocalId)
            .Concat(memory.Pending.Select(p => p.LocalId))
            .Concat(memory.Paths.Select(p => p.LocalId))
            .ToHashSet();
        return First(id => !taken.Contains(id) && !memory.RetiredIds.Contains(id)) ?? First(id => !taken.Contains(id));
    }

    private static byte? First(Func<byte, bool> free)
    {
        for (var id = 1; id <= byte.MaxValue; id++)
        {
            if (free((byte)id))
            {
                return (byte)id;
            }
        }

        return null;
    }
}
