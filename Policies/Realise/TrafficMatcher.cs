using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>Finds the traffic class of a connection.</summary>
internal static class TrafficMatcher
{
    /// <summary>Whether all conditions that are given hold.</summary>
    internal static bool Matches(TrafficMatch match, ConnectionState connection) =>
        (match.Remote is not { } remote || remote.Contains(connection.Remote.Address))
        && Holds(match.RemotePorts, connection.Remote.Port)
        && Holds(match.LocalPorts, connection.Local.Port);

    private static bool Holds(PortRange? range, int port) => range is null || (port >= range.First && port <= range.Last);
}
