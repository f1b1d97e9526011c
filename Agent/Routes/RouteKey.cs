using System.Globalization;
using System.Net;

namespace Multipath.Agent.Routes;

/// <summary>
/// What makes a route the same route, whatever its metrics: the kernel holds one of a table, network, service and priority.
/// </summary>
/// <param name="Table">254 is main.</param>
/// <param name="Network">The destination.</param>
/// <param name="PrefixLength">Of the network, in bits.</param>
/// <param name="Service">Type of service; 0 almost always.</param>
/// <param name="Priority">What ip(8) calls its metric; the lowest wins.</param>
/// <param name="InterfaceIndex">Where packets leave.</param>
internal sealed record RouteKey(uint Table, IPAddress Network, byte PrefixLength, byte Service, uint Priority, int InterfaceIndex)
{
    private const int Fields = 5;

    /// <summary>As a line of a file: table, network, service, priority, interface.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Table} {Network}/{PrefixLength} {Service} {Priority} {InterfaceIndex}");

    /// <returns>Null for a line that <see cref="ToString"/> does not write.</returns>
    public static RouteKey? Parse(string line)
    {
        var fields = line.Split(' ');
        return fields.Length == Fields
            && fields[1].Split('/') is [var network, var length]
            && IPAddress.TryParse(network, out var address)
            && uint.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var table)
            && byte.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var prefixLength)
            && byte.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var service)
            && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            && int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var interfaceIndex)
            ? new RouteKey(table, address, prefixLength, service, priority, interfaceIndex)
            : null;
    }
}

/// <summary>A route as the kernel holds it.</summary>
/// <param name="Key">Which.</param>
/// <param name="InitialWindow">Segments that a connection over it begins with; null for the kernel's own number (10).</param>
/// <param name="Message">
/// The kernel's message of it (<c>struct rtmsg</c> and attributes), from which it is written back; null for a route that is better left
/// alone: of several hops, kept by the kernel or a router's advertisement, or with properties that this agent does not know.
/// </param>
internal sealed record KernelRoute(RouteKey Key, uint? InitialWindow, byte[]? Message);
