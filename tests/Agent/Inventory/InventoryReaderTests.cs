using System.Net;
using Multipath.Agent.Interop;
using Multipath.Agent.Inventory;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Tests.Inventory;

public sealed class InventoryReaderTests
{
    private static readonly InventoryChange Known =
        new InventoryChange.RouteAdded(new Route(254, IPAddress.Any, 0, 2, IPAddress.Parse("10.0.0.1"), 0));

    private int _dumps;

    [Fact]
    public void A_table_that_changed_while_it_was_read_is_read_again()
    {
        var (inventory, incomplete) = InventoryReader.Read(Dump(interrupted: 3), version: 5);
        Assert.Equal((5, false, 4 + 3), (inventory.Version, incomplete, _dumps));
        Assert.Single(inventory.Routes);
    }

    [Fact]
    public void One_that_never_stands_still_is_taken_as_it_came_and_said_to_be_so()
    {
        Assert.True(InventoryReader.Read(Dump(interrupted: int.MaxValue), version: 1).IsIncomplete);
        Assert.Equal(3 + InventoryReader.MostTries, _dumps);
    }

    [Fact]
    public void A_refusal_is_an_error()
    {
        var error = Assert.Throws<NetlinkException>(
            () => InventoryReader.Read((ushort _, ref HostInventory _) => new NetlinkReply(Errno.NoBuffers), version: 1));
        Assert.Equal(Errno.NoBuffers, error.Errno);
    }

    private InventoryDump Dump(int interrupted) => (ushort kind, ref HostInventory inventory) =>
    {
        _dumps++;
        if (kind != RouteCodec.GetRoute)
        {
            return default;
        }

        // What an interrupted dump gave is not to be added to the next one.
        Assert.Empty(inventory.Routes);
        inventory = inventory.Apply(Known);
        return new NetlinkReply(0, Interrupted: interrupted-- > 0);
    };
}
