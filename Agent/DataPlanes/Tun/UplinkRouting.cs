using System.Collections.Immutable;
using System.Net.Sockets;
using Multipath.Agent.Interop;
using Multipath.Agent.Inventory;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Netlink;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// What the kernel has to know of a stack on a TUN: its addresses are behind the device, and what comes from one of them leaves by that
/// address's uplink and by no other. Each uplink has a table of its own, which is kept like the host's routes; behind the rule that names
/// it stands one that makes the address unreachable, so that the packets of a dead uplink do not leave through another one. Disposing it
/// takes all of it back, but for forwarding.
/// </summary>
internal sealed class UplinkRouting : IDisposable
{
    /// <summary>As many as a connection of the stack has subflows.</summary>
    internal const int UplinkLimit = 8;

    /// <summary>Before the main table (32766), behind the local one (0).</summary>
    private const uint FirstRule = 7300;
    private const uint FirstUnreachableRule = FirstRule + UplinkLimit;

    /// <summary>Tables of a device: this, and eight for each number of an interface.</summary>
    private const uint FirstTable = 7_300_000;

    private readonly NetlinkSocket _socket;
    private readonly ImmutableArray<TunUplink> _uplinks;
    private readonly int _device;

    private UplinkRouting(NetlinkSocket socket, ImmutableArray<TunUplink> uplinks, int device) =>
        (_socket, _uplinks, _device) = (socket, uplinks, device);

    /// <summary>Sets rules, routes and forwarding.</summary>
    /// <param name="netns">Where the device and the uplinks are.</param>
    /// <param name="device">The TUN's name; it is up.</param>
    /// <param name="uplinks">At most <see cref="UplinkLimit"/>.</param>
    /// <param name="paths">The host's paths, whose gateways the uplinks have.</param>
    /// <exception cref="NetlinkException">The kernel refused a rule or a route.</exception>
    /// <exception cref="IOException">Packets may not be forwarded.</exception>
    internal static UplinkRouting Apply(
        string? netns, string device, ImmutableArray<TunUplink> uplinks, ImmutableArray<HostPath> paths)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(uplinks.Length, UplinkLimit);
        NetNamespace.Run(netns, () => Forward([device, .. uplinks.Select(one => one.Interface)], uplinks));
        var index = InventoryWatcher.Read(netns).Links.Values.First(link => link.Name == device).Index;
        var socket = NetNamespace.Run(netns, () => NetlinkSocket.Open(NetlinkConstants.ProtocolRoute));
        var routing = new UplinkRouting(socket, uplinks, index);
        try
        {
            routing.Begin();
            routing.Follow(paths);
            return routing;
        }
        catch
        {
            routing.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Sends each uplink's packets where the host's own go, after a change of the host's routes; the kernel itself takes away the routes of
    /// an interface that goes down. What is refused here has changed again already, and the next change comes here too.
    /// </summary>
    internal void Follow(ImmutableArray<HostPath> paths)
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        for (var i = 0; i < _uplinks.Length; i++)
        {
            var uplink = _uplinks[i];
            if (uplink.CarrierIn(paths) is { LinkUp: true } carrier)
            {
                _ = _socket.Execute(UplinkRouteCodec.ByUplink(buffer, uplink.Address, TableOf(i), carrier.InterfaceIndex, carrier.Gateway));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        for (var i = 0; i < _uplinks.Length; i++)
        {
            var address = _uplinks[i].Address;
            _ = _socket.Execute(UplinkRouteCodec.Rule(buffer, add: false, address, FirstRule + (uint)i, TableOf(i)));
            _ = _socket.Execute(UplinkRouteCodec.Rule(buffer, add: false, address, FirstUnreachableRule + (uint)i, table: null));
            _ = _socket.Execute(UplinkRouteCodec.WithoutUplink(buffer, address, TableOf(i)));
        }

        _socket.Dispose();
    }

    private uint TableOf(int uplink) => FirstTable + ((uint)_device * UplinkLimit) + (uint)uplink;

    private void Begin()
    {
        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        for (var i = 0; i < _uplinks.Length; i++)
        {
            var address = _uplinks[i].Address;
            Check(_socket.Execute(UplinkRouteCodec.ToDevice(buffer, address, _device)), $"route {address} to the device");
            var rule = UplinkRouteCodec.Rule(buffer, add: true, address, FirstRule + (uint)i, TableOf(i));
            Check(_socket.Execute(rule), $"route packets from {address}");
            var last = UplinkRouteCodec.Rule(buffer, add: true, address, FirstUnreachableRule + (uint)i, table: null);
            Check(_socket.Execute(last), $"keep packets from {address} to its uplink");
        }
    }

    /// <summary>A rule that a crashed agent left behind is the same rule.</summary>
    private static void Check(NetlinkReply reply, string what)
    {
        if (!reply.Ok && reply.Errno != Errno.Exists)
        {
            throw new NetlinkException(what, reply);
        }
    }

    /// <summary>
    /// Of IPv4 each interface has a switch of its own. Of IPv6 there is one for all, which also ends listening to routers: not ours to
    /// turn.
    /// </summary>
    private static bool Forward(string[] interfaces, ImmutableArray<TunUplink> uplinks)
    {
        const string all6 = "/proc/sys/net/ipv6/conf/all/forwarding";
        if (uplinks.Any(one => one.Address.AddressFamily == AddressFamily.InterNetwork))
        {
            foreach (var name in interfaces)
            {
                File.WriteAllText($"/proc/sys/net/ipv4/conf/{name}/forwarding", "1");
            }
        }

        if (uplinks.Any(one => one.Address.AddressFamily == AddressFamily.InterNetworkV6) && File.ReadAllText(all6).Trim() != "1")
        {
            throw new IOException("This host forwards no IPv6: set net.ipv6.conf.all.forwarding=1 (and accept_ra=2 on the uplinks) first.");
        }

        return true;
    }
}
