using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// Where a node sends a packet: the first route that matches its addresses. A host with many uplinks routes by source, as policy routing
/// does; its peer routes by destination. Few routes, so a list in order.
/// </summary>
internal sealed class RouteTable
{
    private readonly List<Route> _routes = [];

    /// <summary>Adds a route behind those there are.</summary>
    /// <param name="source">Of the packet; null for any.</param>
    /// <param name="destination">Of the packet; null for any.</param>
    /// <param name="next">Where it goes.</param>
    internal void Add(IpAddr? source, IpAddr? destination, IPacketSink next) => _routes.Add(new Route(source, destination, next));

    /// <summary>The way for a packet; null when there is none or when it is no IP packet.</summary>
    internal IPacketSink? Find(ReadOnlySpan<byte> packet)
    {
        if (!IpAddresses.TryRead(packet, out var source, out var destination))
        {
            return null;
        }

        foreach (var route in _routes)
        {
            if ((route.Source is not { } from || from == source) && (route.Destination is not { } to || to == destination))
            {
                return route.Next;
            }
        }

        return null;
    }

    private sealed record Route(IpAddr? Source, IpAddr? Destination, IPacketSink Next);
}
