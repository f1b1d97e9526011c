using System.Net;
using System.Net.Sockets;

namespace Multipath.TestKit;

/// <summary>Ports of the loopback for programs that have to be told theirs.</summary>
public static class FreePorts
{
    /// <summary>Some that were free a moment ago, all different.</summary>
    public static int[] Take(int count)
    {
        TcpListener[] holders = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(holders, holder => holder.Start());
        int[] ports = [.. holders.Select(holder => ((IPEndPoint)holder.LocalEndpoint).Port)];
        Array.ForEach(holders, holder => holder.Dispose());
        return ports;
    }
}
