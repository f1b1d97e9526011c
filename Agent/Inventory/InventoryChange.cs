namespace Multipath.Agent.Inventory;

/// <summary>One message of the kernel about links, addresses, routes or rules.</summary>
internal abstract record InventoryChange
{
    private InventoryChange()
    {
    }

    /// <summary>A link appeared or changed, as when its cable is pulled.</summary>
    internal sealed record LinkChanged(Link Link) : InventoryChange;

    internal sealed record LinkGone(int Index) : InventoryChange;

    internal sealed record AddressChanged(LocalAddress Address) : InventoryChange;

    internal sealed record AddressGone(LocalAddress Address) : InventoryChange;

    internal sealed record RouteAdded(Route Route) : InventoryChange;

    internal sealed record RouteGone(Route Route) : InventoryChange;

    internal sealed record RuleAdded(RoutingRule Rule) : InventoryChange;

    internal sealed record RuleGone(RoutingRule Rule) : InventoryChange;

    /// <summary>Messages were lost and everything was read anew.</summary>
    internal sealed record Reloaded : InventoryChange;
}

/// <summary>A change and what there is after it.</summary>
internal sealed record InventoryEvent(InventoryChange Change, HostInventory After);
