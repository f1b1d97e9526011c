using System.Net;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>An address as the kernel's path manager names it: an endpoint, or one end of a subflow.</summary>
/// <param name="Address">IPv4, IPv6, or IPv4 mapped into IPv6 as the kernel reports it on dual-stack sockets.</param>
/// <param name="Port">In host order; 0 for any.</param>
/// <param name="Id">The address id on the wire; 0 is the address of the initial subflow, or "none given".</param>
/// <param name="Flags">What the address is for.</param>
/// <param name="InterfaceIndex">The interface to bind to; 0 for any.</param>
internal readonly record struct PmAddress(IPAddress Address, ushort Port = 0, byte Id = 0, EndpointFlags Flags = EndpointFlags.None,
    int InterfaceIndex = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Port == 0 ? Address.ToString() : new IPEndPoint(Address, Port).ToString();
}

/// <summary>
/// How many subflows and announced addresses the in-kernel path manager allows on each connection; the kernel's own limit is 8.
/// </summary>
/// <param name="Subflows">Subflows beside the initial one.</param>
/// <param name="AcceptedAddresses">Announced addresses of the peer that subflows are made to.</param>
internal readonly record struct PmLimits(uint Subflows, uint AcceptedAddresses);
