using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Inventory;
using Multipath.Agent.Reconcile;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

/// <summary>What the kernel is told of a stack's addresses, and that all of it goes again.</summary>
public sealed class UplinkRoutingTests
{
    private static readonly ImmutableArray<TunUplink> Uplinks =
        [new("eth1", IPAddress.Parse("10.80.1.2")), new("eth2", IPAddress.Parse("10.80.2.2"))];

    [Fact]
    public void Each_address_leaves_by_its_uplink_and_by_no_other()
    {
        using var host = new Host();
        using (host.Apply())
        {
            Assert.StartsWith("10.79.9.9 from 10.80.1.2 via 10.79.1.2 dev eth1", host.RouteFrom("10.80.1.2"), StringComparison.Ordinal);
            Assert.StartsWith("10.79.9.9 from 10.80.2.2 dev eth2", host.RouteFrom("10.80.2.2"), StringComparison.Ordinal);
            Assert.Contains("10.80.1.2 dev tun9 proto static scope link", NetLab.Ip("-n", host.Netns, "route"), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("10.80.", NetLab.Ip("-n", host.Netns, "rule"), StringComparison.Ordinal);
        Assert.DoesNotContain("table 73", NetLab.Ip("-n", host.Netns, "route", "show", "table", "all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_uplink_that_comes_back_has_its_route_again_and_one_that_is_down_has_none()
    {
        using var host = new Host();
        using var routing = host.Apply();
        NetLab.Ip("-n", host.Netns, "link", "set", "eth1", "down");
        routing.Follow(host.Paths());
        Assert.Throws<InvalidOperationException>(() => host.RouteFrom("10.80.1.2"));
        NetLab.Ip("-n", host.Netns, "link", "set", "eth1", "up");
        await Eventually.HoldsAsync("the uplink has its carrier", () => Uplinks[0].CarrierIn(host.Paths()) is { LinkUp: true });
        routing.Follow(host.Paths());
        Assert.StartsWith("10.79.9.9 from 10.80.1.2 dev eth1", host.RouteFrom("10.80.1.2"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_crashed_agent_left_behind_is_taken_over()
    {
        using var host = new Host();
        using var crashed = host.Apply();
        using var routing = host.Apply();
        Assert.StartsWith("10.79.9.9 from 10.80.1.2 via", host.RouteFrom("10.80.1.2"), StringComparison.Ordinal);
    }

    [Fact]
    public void Masquerading_is_a_table_of_its_own() => Assert.Equal(
        """
        add table inet mpagent_mp0
        delete table inet mpagent_mp0
        add table inet mpagent_mp0
        add chain inet mpagent_mp0 out { type nat hook postrouting priority srcnat; }
        add rule inet mpagent_mp0 out ip saddr 10.80.1.2 oifname "eth1" masquerade
        add rule inet mpagent_mp0 out ip6 saddr 2001:db8::2 oifname "eth2" masquerade

        """,
        UplinkMasquerade.Script("inet mpagent_mp0", [Uplinks[0], new TunUplink("eth2", IPAddress.Parse("2001:db8::2"))]));

    /// <summary>A namespace with a TUN and two links, the first with a gateway.</summary>
    private sealed class Host : IDisposable
    {
        private readonly NetLab _lab = new();
        private readonly TunDevice _device;

        internal Host()
        {
            Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
            Assert.SkipUnless(File.Exists("/dev/net/tun"), "this machine has no TUN");
            Netns = _lab.Add("c");
            var peer = _lab.Add("s");
            NetLab.Link(Netns, peer, "eth1", "10.79.1");
            NetLab.Link(Netns, peer, "eth2", "10.79.2");
            NetLab.Ip("-n", Netns, "route", "add", "default", "via", "10.79.1.2", "dev", "eth1");
            _device = TunDevice.Create(new TunOptions("tun9") { Netns = Netns });
            _device.SetUp(true);
        }

        internal string Netns { get; }

        internal UplinkRouting Apply() => UplinkRouting.Apply(Netns, "tun9", Uplinks, Paths());

        internal ImmutableArray<HostPath> Paths()
        {
            using var inventory = new KernelInventory(InventoryWatcher.Open(Netns));
            return inventory.Current;
        }

        /// <summary>How a packet of the stack's is forwarded.</summary>
        internal string RouteFrom(string address) =>
            NetLab.Ip("-n", Netns, "route", "get", "10.79.9.9", "from", address, "iif", "tun9");

        public void Dispose()
        {
            _device.Dispose();
            _lab.Dispose();
        }
    }
}
