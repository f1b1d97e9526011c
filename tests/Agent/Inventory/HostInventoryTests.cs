using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Multipath.Agent.Inventory;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Tests.Inventory;

public sealed class HostInventoryTests
{
    private const uint Running = 0x41;

    private static readonly Link Loopback = new(1, "lo", Running | 8, OperationalState.Unknown, 65536);
    private static readonly Link Wifi = new(2, "wlan0", Running, OperationalState.Up, 1500);
    private static readonly LocalAddress Address = new(2, IPAddress.Parse("192.0.2.5"), 24, 0, 0x80);
    private static readonly IPAddress Gateway = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void A_path_is_a_global_address_of_an_interface_that_is_not_loopback()
    {
        var inventory = Apply(
            new InventoryChange.LinkChanged(Loopback),
            new InventoryChange.LinkChanged(Wifi),
            new InventoryChange.AddressChanged(new LocalAddress(1, IPAddress.Loopback, 8, 254, 0x80)),
            new InventoryChange.AddressChanged(Address),
            new InventoryChange.AddressChanged(new LocalAddress(2, IPAddress.Parse("fe80::1"), 64, 253, 0x80)),
            new InventoryChange.AddressChanged(new LocalAddress(2, IPAddress.Parse("2001:db8::1"), 64, 0, 0x40)));
        var path = Assert.Single(inventory.Paths());
        Assert.Equal((Wifi, Address, null), (path.Interface, path.Address, path.Gateway));
        Assert.True(path.IsUp);
    }

    [Fact]
    public void A_link_without_carrier_is_a_path_that_is_down()
    {
        var inventory = Apply(
            new InventoryChange.LinkChanged(Wifi with { Flags = 1 }), new InventoryChange.AddressChanged(Address));
        Assert.False(Assert.Single(inventory.Paths()).IsUp);
    }

    [Fact]
    public void The_gateway_follows_the_rule_of_the_source_address()
    {
        var other = IPAddress.Parse("192.0.2.254");
        var inventory = Apply(
            new InventoryChange.LinkChanged(Wifi),
            new InventoryChange.AddressChanged(Address),
            new InventoryChange.RouteAdded(new Route(Route.MainTable, IPAddress.Any, 0, 2, other, 0)),
            new InventoryChange.RouteAdded(new Route(100, IPAddress.Any, 0, 2, Gateway, 0)),
            new InventoryChange.RuleAdded(new RoutingRule(32766, null, 0, RoutingRule.ActionLookup, Route.MainTable)),
            new InventoryChange.RuleAdded(new RoutingRule(500, Address.Address, 32, RoutingRule.ActionLookup, 100)));
        Assert.Equal(Gateway, inventory.GatewayOf(Address));
        Assert.Equal(other, inventory.GatewayOf(Address with { Address = IPAddress.Parse("192.0.2.6") }));
    }

    [Fact]
    public void A_rule_that_says_unreachable_ends_the_search()
    {
        var inventory = Apply(
            new InventoryChange.LinkChanged(Wifi),
            new InventoryChange.RouteAdded(new Route(Route.MainTable, IPAddress.Any, 0, 2, Gateway, 0)),
            new InventoryChange.RuleAdded(new RoutingRule(32766, null, 0, RoutingRule.ActionLookup, Route.MainTable)),
            new InventoryChange.RuleAdded(new RoutingRule(501, Address.Address, 32, 7, 0)));
        Assert.Null(inventory.GatewayOf(Address));
    }

    [Fact]
    public void Each_difference_is_a_version_and_no_difference_is_none()
    {
        var one = HostInventory.Empty.Apply(new InventoryChange.LinkChanged(Wifi));
        Assert.Equal(1, one.Version);
        Assert.Same(one, one.Apply(new InventoryChange.LinkChanged(Wifi with { })));
        Assert.Same(one, one.Apply(new InventoryChange.AddressGone(Address)));
        Assert.Same(one, one.Apply(new InventoryChange.LinkGone(99)));
    }

    [Fact]
    public void A_link_takes_its_addresses_and_routes_along()
    {
        var inventory = Apply(
            new InventoryChange.LinkChanged(Wifi),
            new InventoryChange.AddressChanged(Address),
            new InventoryChange.RouteAdded(new Route(Route.MainTable, IPAddress.Any, 0, 2, Gateway, 0)),
            new InventoryChange.LinkGone(2));
        Assert.Empty(inventory.Addresses);
        Assert.Empty(inventory.Routes);
        Assert.Empty(inventory.Paths());
    }

    [Theory]
    [InlineData(0, "up 3")]
    [InlineData(1, "up 3, off 3, up 3")]
    [InlineData(1, "up 3, up 4")]
    [InlineData(1, "up 3, down 4, down 4, up 4")]
    [InlineData(2, "up 3, down 4, up 4, up 6")]
    public void A_link_that_was_down_is_known_to_have_been_though_it_is_up_again(int downs, string told)
    {
        var inventory = told.Split(", ").Aggregate(HostInventory.Empty, (known, one) => known.Apply(Told(one)));
        Assert.Equal((downs, true), (inventory.Links[2].Downs, inventory.Links[2].IsRunning));

        // Read anew after messages were lost: what was down is not forgotten, and a loss of which nothing was told is one more.
        var anew = HostInventory.Empty.Apply(Told(told.Split(", ")[^1])).After(inventory);
        Assert.Equal(downs, anew.Links[2].Downs);
        Assert.Equal(downs + 1, HostInventory.Empty.Apply(Told("up 9")).After(inventory).Links[2].Downs);
    }

    [Fact]
    public void Routes_beyond_the_bound_are_not_kept()
    {
        var inventory = HostInventory.Empty;
        for (var i = 0; i <= HostInventory.MostRoutes; i++)
        {
            inventory = inventory.Apply(new InventoryChange.RouteAdded(new Route(Route.MainTable, new IPAddress(i), 32, 2, null, 0)));
        }

        Assert.Equal(HostInventory.MostRoutes, inventory.Routes.Count);
    }

    /// <summary>A message of the kernel (RTM_NEWLINK): up, off or without carrier (down), and how often it lost its carrier.</summary>
    private static InventoryChange Told(string state)
    {
        var header = new byte[16];
        uint flags = state.Split(' ')[0] switch { "up" => Running, "down" => 1, _ => 0 };
        MemoryMarshal.Write(header.AsSpan(4), 2);
        MemoryMarshal.Write(header.AsSpan(8), flags);
        var writer = new NetlinkWriter(new byte[128], type: 16, flags: 0);
        writer.Raw(header);
        writer.Text(3, "wlan0");
        writer.U32(48, uint.Parse(state.Split(' ')[1], CultureInfo.InvariantCulture));
        var messages = new NetlinkMessages(writer.Finish());
        Assert.True(messages.TryNext(out var message));
        return RouteCodec.Parse(message)!;
    }

    private static HostInventory Apply(params InventoryChange[] changes) =>
        changes.Aggregate(HostInventory.Empty, (inventory, change) => inventory.Apply(change));
}
