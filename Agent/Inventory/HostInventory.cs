using System.Collections.Immutable;
using System.Net;

namespace Multipath.Agent.Inventory;

/// <summary>Links, addresses, routes and rules of one network namespace at one moment. Immutable; a change makes a successor.</summary>
/// <param name="Version">Grows by one with each change.</param>
/// <param name="Links">By index.</param>
/// <param name="Addresses">In the order in which they came.</param>
/// <param name="Routes">Unicast routes of all tables but "local".</param>
/// <param name="Rules">By priority.</param>
internal sealed record HostInventory(long Version, ImmutableSortedDictionary<int, Link> Links, ImmutableList<LocalAddress> Addresses,
    ImmutableHashSet<Route> Routes, ImmutableList<RoutingRule> Rules)
{
    /// <summary>A router with the whole Internet's routes has a million; paths need a few. Those beyond are not kept.</summary>
    internal const int MostRoutes = 4096;

    internal static HostInventory Empty { get; } = new(0, ImmutableSortedDictionary<int, Link>.Empty, [], [], []);

    /// <summary>The ways out of this host, those that are down included, in the order of interfaces.</summary>
    internal ImmutableArray<LocalPath> Paths() =>
    [
        .. Addresses
            .Where(a => a.IsUsable && Links.TryGetValue(a.InterfaceIndex, out var link) && !link.IsLoopback)
            .OrderBy(a => a.InterfaceIndex)
            .Select(a => new LocalPath(Links[a.InterfaceIndex], a, GatewayOf(a), TableOf(a))),
    ];

    /// <summary>The successor after a change; this very object when nothing is different.</summary>
    internal HostInventory Apply(InventoryChange change)
    {
        var next = change switch
        {
            InventoryChange.LinkChanged(var link) when link.After(Links.GetValueOrDefault(link.Index)) is var known
                && known != Links.GetValueOrDefault(link.Index) => this with { Links = Links.SetItem(link.Index, known) },
            InventoryChange.LinkGone(var index) when Links.ContainsKey(index) => WithoutLink(index),
            InventoryChange.AddressChanged(var address) when !Addresses.Contains(address) => WithAddress(address),
            InventoryChange.AddressGone(var address) => WithoutAddress(address),
            InventoryChange.RouteAdded(var route) when Routes.Count < MostRoutes && !Routes.Contains(route) =>
                this with { Routes = Routes.Add(route) },
            InventoryChange.RouteGone(var route) when Routes.Contains(route) => this with { Routes = Routes.Remove(route) },
            InventoryChange.RuleAdded(var rule) when !Rules.Contains(rule) =>
                this with { Rules = [.. Rules.Add(rule).OrderBy(r => r.Priority)] },
            InventoryChange.RuleGone(var rule) when Rules.Contains(rule) => this with { Rules = Rules.Remove(rule) },
            _ => this,
        };
        return ReferenceEquals(next, this) ? this : next with { Version = Version + 1 };
    }

    /// <summary>What was read anew, as the successor of what was known before.</summary>
    internal HostInventory After(HostInventory before) => this with
    {
        Links = Links.ToImmutableSortedDictionary(one => one.Key, one => one.Value.After(before.Links.GetValueOrDefault(one.Key))),
    };

    /// <summary>Follows the rules for a packet from an address to the rest of the world, out of the address's own interface.</summary>
    internal IPAddress? GatewayOf(LocalAddress address)
    {
        foreach (var rule in Rules)
        {
            if (!Matches(rule, address.Address))
            {
                continue;
            }

            if (rule.Action != RoutingRule.ActionLookup)
            {
                return null;
            }

            if (DefaultRoute(rule.Table, address) is { } route)
            {
                return route.Gateway;
            }
        }

        return Rules.IsEmpty ? DefaultRoute(Route.MainTable, address)?.Gateway : null;
    }

    private uint TableOf(LocalAddress address) =>
        Rules.FirstOrDefault(rule => rule.Source is not null && rule.Action == RoutingRule.ActionLookup && Matches(rule, address.Address))
            ?.Table ?? Route.MainTable;

    private static bool Matches(RoutingRule rule, IPAddress address) => rule.Source is null
        || (rule.Source.AddressFamily == address.AddressFamily
            && rule.SourceLength <= address.GetAddressBytes().Length * 8
            && new IPNetwork(Masked(rule.Source, rule.SourceLength), rule.SourceLength).Contains(address));

    /// <summary>IPNetwork refuses a base address with bits behind its prefix.</summary>
    private static IPAddress Masked(IPAddress address, byte length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }

    private Route? DefaultRoute(uint table, LocalAddress address) => Routes
        .Where(r => r.Table == table && r.IsDefault && r.InterfaceIndex == address.InterfaceIndex
            && r.Destination.AddressFamily == address.Address.AddressFamily)
        .MinBy(r => r.Metric);

    /// <summary>The kernel tells of a link that goes, and not always of all that goes with it.</summary>
    private HostInventory WithoutLink(int index) => this with
    {
        Links = Links.Remove(index),
        Addresses = Addresses.RemoveAll(a => a.InterfaceIndex == index),
        Routes = Routes.Except(Routes.Where(r => r.InterfaceIndex == index)),
    };

    private HostInventory WithAddress(LocalAddress address)
    {
        var index = Addresses.FindIndex(a => Same(a, address));
        return this with { Addresses = index < 0 ? Addresses.Add(address) : Addresses.SetItem(index, address) };
    }

    private HostInventory WithoutAddress(LocalAddress address)
    {
        var index = Addresses.FindIndex(a => Same(a, address));
        return index < 0 ? this : this with { Addresses = Addresses.RemoveAt(index) };
    }

    private static bool Same(LocalAddress a, LocalAddress b) =>
        a.InterfaceIndex == b.InterfaceIndex && a.PrefixLength == b.PrefixLength && a.Address.Equals(b.Address);
}
