using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;

namespace Multipath.Agent.Hosting;

/// <summary>How the userspace stack of an agent is made.</summary>
/// <param name="Device">Its TUN interface; the namespace is the agent's.</param>
/// <param name="Uplinks">The stack's addresses and where they lead, best first; one to eight.</param>
public sealed record TunPlaneOptions(TunOptions Device, ImmutableArray<TunUplink> Uplinks)
{
    /// <summary>Of the paths, and of the device.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>
    /// Packets leave with their uplink's own address, by nftables: for networks that do not route the stack's addresses to this host.
    /// </summary>
    public bool Masquerade { get; init; }

    /// <summary>Where programs find a SOCKS 5 proxy to the stack; null for none.</summary>
    public IPEndPoint? Proxy { get; init; }

    /// <summary>What the proxy's connections are made with.</summary>
    public ConnectionOptions Connections { get; init; } = new();

    /// <summary>
    /// Directory of the socket by which <c>mpagent connections</c> and others ask for the stack's connections; null for no socket. One
    /// that cannot be made there is a warning.
    /// </summary>
    public string? ControlDirectory { get; init; }
}
