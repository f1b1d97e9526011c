using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>A path as the inventory knows it.</summary>
/// <param name="Path">Which.</param>
/// <param name="InterfaceIndex">The kernel's number of the interface.</param>
/// <param name="LinkUp">Up and with a carrier.</param>
/// <param name="Gateway">The next hop of its default route.</param>
/// <param name="Table">The routing table that packets from its address follow; 254 is main.</param>
/// <param name="Downs">How often the link was down since it is known.</param>
internal sealed record HostPath(
    PathKey Path, int InterfaceIndex, bool LinkUp, IPAddress? Gateway, uint Table = 254, int Downs = 0);
