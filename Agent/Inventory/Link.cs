using System.Net;

namespace Multipath.Agent.Inventory;

/// <summary>A network interface (linux/rtnetlink.h, RTM_NEWLINK).</summary>
/// <param name="Index">The kernel's number of it.</param>
/// <param name="Name">Such as wlan0.</param>
/// <param name="Flags">IFF_* of linux/if.h.</param>
/// <param name="State">What the driver says of it.</param>
/// <param name="Mtu">Largest packet, in bytes.</param>
/// <param name="CarrierLosses">IFLA_CARRIER_DOWN_COUNT: how often its carrier went, as the kernel counts; 0 before Linux 4.16.</param>
internal sealed record Link(int Index, string Name, uint Flags, OperationalState State, uint Mtu, uint CarrierLosses = 0)
{
    private const uint FlagUp = 1;
    private const uint FlagLoopback = 8;
    private const uint FlagRunning = 0x40;

    /// <summary>Switched on by its administrator.</summary>
    internal bool IsUp => (Flags & FlagUp) != 0;

    internal bool IsLoopback => (Flags & FlagLoopback) != 0;

    /// <summary>Up and with a carrier: packets can leave.</summary>
    internal bool IsRunning => (Flags & (FlagUp | FlagRunning)) == (FlagUp | FlagRunning);

    /// <summary>
    /// How often it was down since it is known. The kernel may tell of a carrier that went and came back in one message, so that only the
    /// count of losses shows it; and whoever looks at the newest state alone misses what was between.
    /// </summary>
    internal int Downs { get; private init; }

    /// <summary>This state of the link as the successor of <paramref name="before"/>; null when it was not known.</summary>
    internal Link After(Link? before) => before is null
        ? this
        : this with { Downs = before.Downs + ((before.IsRunning && !IsRunning) || CarrierLosses != before.CarrierLosses ? 1 : 0) };
}

/// <summary>IF_OPER_* of linux/if.h (RFC 2863).</summary>
internal enum OperationalState : byte
{
    Unknown,
    NotPresent,
    Down,
    LowerLayerDown,
    Testing,
    Dormant,
    Up,
}

/// <summary>A local address (RTM_NEWADDR).</summary>
/// <param name="InterfaceIndex">Where it is.</param>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="PrefixLength">Of its network, in bits.</param>
/// <param name="Scope">RT_SCOPE_*: 0 global, 253 link, 254 host.</param>
/// <param name="Flags">IFA_F_*.</param>
internal sealed record LocalAddress(int InterfaceIndex, IPAddress Address, byte PrefixLength, byte Scope, uint Flags)
{
    private const uint FlagsUnusable = 0x08 | 0x20 | 0x40;
    private const byte ScopeLink = 253;

    /// <summary>Fit for new connections to other networks: not of link or host scope, not tentative, deprecated or duplicate.</summary>
    internal bool IsUsable => Scope < ScopeLink && (Flags & FlagsUnusable) == 0;
}

/// <summary>A unicast route (RTM_NEWROUTE); of a multipath route each hop is one.</summary>
/// <param name="Table">254 is main.</param>
/// <param name="Destination">The network; 0.0.0.0 or :: with length 0 for the default route.</param>
/// <param name="PrefixLength">Of the network, in bits.</param>
/// <param name="InterfaceIndex">Where packets leave.</param>
/// <param name="Gateway">The next router; null for a network that is on the link.</param>
/// <param name="Metric">The lowest wins.</param>
internal sealed record Route(uint Table, IPAddress Destination, byte PrefixLength, int InterfaceIndex, IPAddress? Gateway, uint Metric)
{
    internal const uint MainTable = 254;

    internal bool IsDefault => PrefixLength == 0;
}

/// <summary>A rule of policy routing (RTM_NEWRULE).</summary>
/// <param name="Priority">The lowest is asked first.</param>
/// <param name="Source">Network of the source address; null for any.</param>
/// <param name="SourceLength">Of that network, in bits.</param>
/// <param name="Action">FR_ACT_*: 1 look the table up, 7 unreachable.</param>
/// <param name="Table">Where to look.</param>
internal sealed record RoutingRule(uint Priority, IPAddress? Source, byte SourceLength, byte Action, uint Table)
{
    internal const byte ActionLookup = 1;
}

/// <summary>One way out of this host: a usable local unicast address on an interface other than loopback.</summary>
/// <param name="Interface">Where.</param>
/// <param name="Address">The local address.</param>
/// <param name="Gateway">
/// The router that packets from this address go through, by this host's rules and routes; null if there is none.
/// </param>
/// <param name="Table">The routing table of its own that packets from this address follow; main when they have none.</param>
internal sealed record LocalPath(Link Interface, LocalAddress Address, IPAddress? Gateway, uint Table = Route.MainTable)
{
    /// <summary>Packets can leave: the interface is up and has a carrier.</summary>
    internal bool IsUp => Interface.IsRunning;
}
