using System.Net;
using System.Runtime.InteropServices;
using Multipath.Agent.Interop;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Inventory;

/// <summary>Requests and messages of rtnetlink (linux/rtnetlink.h, if_link.h, if_addr.h, fib_rules.h).</summary>
internal static class RouteCodec
{
    internal const ushort GetLink = 18;
    internal const ushort GetAddress = 22;
    internal const ushort GetRoute = 26;
    internal const ushort GetRule = 34;

    private const ushort NewLink = 16;
    private const ushort DeleteLink = 17;
    private const ushort NewAddress = 20;
    private const ushort DeleteAddress = 21;
    private const ushort NewRoute = 24;
    private const ushort DeleteRoute = 25;
    private const ushort NewRule = 32;
    private const ushort DeleteRule = 33;

    private const int LinkHeader = 16;
    private const int AddressHeader = 8;
    private const int RouteHeader = 12;
    private const int RuleHeader = 12;

    private const byte RouteUnicast = 1;
    private const uint LocalTable = 255;

    /// <summary>RTNLGRP_LINK, then addresses, routes and rules of IPv4 and of IPv6.</summary>
    internal static ReadOnlySpan<uint> Groups => [1, 5, 7, 8, 9, 11, 19];

    /// <summary>Asks for all of a kind, of both families.</summary>
    internal static Span<byte> Dump(Span<byte> buffer, ushort type)
    {
        var writer = new NetlinkWriter(buffer, type, NetlinkConstants.FlagDump);
        Span<byte> header = stackalloc byte[LinkHeader];
        header.Clear();
        writer.Raw(header[..(type switch { GetLink => LinkHeader, GetAddress => AddressHeader, _ => RouteHeader })]);
        return writer.Finish();
    }

    /// <returns>Null for what is malformed or of no interest, such as broadcast routes and the cache.</returns>
    internal static InventoryChange? Parse(in NetlinkMessage message)
    {
        var payload = message.Payload;
        return message.Type switch
        {
            NewLink => ReadLink(payload) is { } link ? new InventoryChange.LinkChanged(link) : null,
            DeleteLink => payload.Length >= LinkHeader ? new InventoryChange.LinkGone(MemoryMarshal.Read<int>(payload[4..])) : null,
            NewAddress => ReadAddress(payload) is { } address ? new InventoryChange.AddressChanged(address) : null,
            DeleteAddress => ReadAddress(payload) is { } address ? new InventoryChange.AddressGone(address) : null,
            NewRoute => ReadRoute(payload) is { } route ? new InventoryChange.RouteAdded(route) : null,
            DeleteRoute => ReadRoute(payload) is { } route ? new InventoryChange.RouteGone(route) : null,
            NewRule => ReadRule(payload) is { } rule ? new InventoryChange.RuleAdded(rule) : null,
            DeleteRule => ReadRule(payload) is { } rule ? new InventoryChange.RuleGone(rule) : null,
            _ => null,
        };
    }

    private static Link? ReadLink(ReadOnlySpan<byte> payload)
    {
        // A message of a bridge about its port has family AF_BRIDGE and is no news of a link.
        if (payload.Length < LinkHeader || payload[0] != 0)
        {
            return null;
        }

        string? name = null;
        uint mtu = 0;
        uint losses = 0;
        var state = OperationalState.Unknown;
        var attributes = new NetlinkAttributes(payload[LinkHeader..]);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case 3:
                    name = attribute.Text;
                    break;
                case 4:
                    mtu = attribute.U32;
                    break;
                case 16:
                    state = (OperationalState)attribute.U8;
                    break;
                case 48:
                    losses = attribute.U32;
                    break;
            }
        }

        return string.IsNullOrEmpty(name)
            ? null
            : new Link(MemoryMarshal.Read<int>(payload[4..]), name, MemoryMarshal.Read<uint>(payload[8..]), state, mtu, losses);
    }

    private static LocalAddress? ReadAddress(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < AddressHeader || !IsInternet(payload[0]))
        {
            return null;
        }

        IPAddress? address = null;
        IPAddress? local = null;
        uint flags = payload[2];
        var attributes = new NetlinkAttributes(payload[AddressHeader..]);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case 1:
                    address = AddressOf(attribute, payload[0]);
                    break;
                case 2:
                    local = AddressOf(attribute, payload[0]);
                    break;
                case 8:
                    flags = attribute.U32;
                    break;
            }
        }

        // On a point-to-point link IFA_ADDRESS is the other end.
        return (local ?? address) is { } own
            ? new LocalAddress(MemoryMarshal.Read<int>(payload[4..]), own, payload[1], payload[3], flags)
            : null;
    }

    private static Route? ReadRoute(ReadOnlySpan<byte> payload)
    {
        const uint cloned = 0x200;
        if (payload.Length < RouteHeader || !IsInternet(payload[0]) || payload[7] != RouteUnicast
            || (MemoryMarshal.Read<uint>(payload[8..]) & cloned) != 0)
        {
            return null;
        }

        var family = payload[0];
        var destination = family == Libc.AfInet ? IPAddress.Any : IPAddress.IPv6Any;
        IPAddress? gateway = null;
        uint table = payload[4];
        uint metric = 0;
        var interfaceIndex = 0;
        var attributes = new NetlinkAttributes(payload[RouteHeader..]);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case 1:
                    destination = AddressOf(attribute, family) ?? destination;
                    break;
                case 4:
                    interfaceIndex = attribute.S32;
                    break;
                case 5:
                    gateway = AddressOf(attribute, family);
                    break;
                case 6:
                    metric = attribute.U32;
                    break;
                case 9:
                    (interfaceIndex, gateway) = FirstHop(attribute.Value, family);
                    break;
                case 15:
                    table = attribute.U32;
                    break;
            }
        }

        return table == LocalTable ? null : new Route(table, destination, payload[1], interfaceIndex, gateway, metric);
    }

    /// <summary>
    /// The first of a multipath route's hops: <c>struct rtnexthop</c> of 8 bytes with the interface at 4, then attributes.
    /// </summary>
    private static (int InterfaceIndex, IPAddress? Gateway) FirstHop(ReadOnlySpan<byte> hops, byte family)
    {
        const int hopHeader = 8;
        var length = hops.Length < hopHeader ? 0 : MemoryMarshal.Read<ushort>(hops);
        if (length < hopHeader || length > hops.Length)
        {
            return default;
        }

        IPAddress? gateway = null;
        var attributes = new NetlinkAttributes(hops[hopHeader..length]);
        while (attributes.TryNext(out var attribute))
        {
            if (attribute.Type == 5)
            {
                gateway = AddressOf(attribute, family);
            }
        }

        return (MemoryMarshal.Read<int>(hops[4..]), gateway);
    }

    private static RoutingRule? ReadRule(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < RuleHeader || !IsInternet(payload[0]))
        {
            return null;
        }

        IPAddress? source = null;
        uint table = payload[4];
        uint priority = 0;
        var attributes = new NetlinkAttributes(payload[RuleHeader..]);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case 2:
                    source = AddressOf(attribute, payload[0]);
                    break;
                case 6:
                    priority = attribute.U32;
                    break;
                case 15:
                    table = attribute.U32;
                    break;
            }
        }

        return table == LocalTable ? null : new RoutingRule(priority, source, payload[2], payload[7], table);
    }

    private static bool IsInternet(byte family) => family is Libc.AfInet or Libc.AfInet6;

    private static IPAddress? AddressOf(in NetlinkAttribute attribute, byte family) =>
        attribute.Value.Length == (family == Libc.AfInet ? 4 : 16) ? attribute.Address : null;
}
