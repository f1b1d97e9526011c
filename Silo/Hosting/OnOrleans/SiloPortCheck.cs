using System.Net;
using System.Net.Sockets;
using Multipath.Silo.Storage;

namespace Multipath.Silo.Hosting;

/// <summary>
/// Looks whether the port for other silos is free, before the silo says to the cluster that it is the one there: Orleans shares a port that
/// is in use, and declares the silo that has it dead, as an earlier life of its own.
/// </summary>
internal sealed class SiloPortCheck(ClusterSettings cluster) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var address = cluster.Advertise ?? IPAddress.Loopback;
        using var listener = new TcpListener(address, cluster.SiloPort);
        try
        {
            listener.Start();
            return Task.CompletedTask;
        }
        catch (SocketException error)
        {
            throw new StoreException(
                $"--silo-port: {new IPEndPoint(address, cluster.SiloPort)} cannot be listened on ({error.Message}). Another silo on this "
                + "machine needs another port, and --advertise an address of this machine.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
