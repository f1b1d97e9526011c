using Multipath.Agent.Netlink;

namespace Multipath.Agent.Inventory;

/// <summary>Asks the kernel for all entries of a kind and adds them.</summary>
/// <param name="kind">RTM_GET….</param>
/// <param name="inventory">Added to.</param>
internal delegate NetlinkReply InventoryDump(ushort kind, ref HostInventory inventory);

/// <summary>
/// Reads links, addresses, routes and rules. A table that changes while it is read may come with gaps (NLM_F_DUMP_INTR): it is read again.
/// No IO of its own.
/// </summary>
internal static class InventoryReader
{
    /// <summary>A router whose routes change all the time may never give a whole table.</summary>
    internal const int MostTries = 8;

    private static readonly ushort[] Kinds = [RouteCodec.GetLink, RouteCodec.GetAddress, RouteCodec.GetRoute, RouteCodec.GetRule];

    /// <summary>Reads everything.</summary>
    /// <returns>What there is, and whether entries may be missing because even the last try was interrupted.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    internal static (HostInventory Inventory, bool IsIncomplete) Read(InventoryDump dump, long version)
    {
        var (inventory, incomplete) = (HostInventory.Empty, false);
        foreach (var kind in Kinds)
        {
            incomplete |= !TryRead(dump, kind, ref inventory);
        }

        return (inventory with { Version = version }, incomplete);
    }

    private static bool TryRead(InventoryDump dump, ushort kind, ref HostInventory inventory)
    {
        var before = inventory;
        for (var tries = 0; tries < MostTries; tries++)
        {
            inventory = before;
            var reply = dump(kind, ref inventory);
            if (!reply.Ok)
            {
                throw new NetlinkException("read links, addresses and routes", reply);
            }

            if (!reply.Interrupted)
            {
                return true;
            }
        }

        return false;
    }
}
