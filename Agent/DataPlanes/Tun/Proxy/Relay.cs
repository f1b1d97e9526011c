using System.Net.Sockets;

namespace Multipath.Agent.DataPlanes.Tun.Proxy;

/// <summary>
/// Carries bytes both ways between a program's socket and a connection of the stack, and the end of each stream by itself.
/// </summary>
internal sealed class Relay(Socket program, MultipathStream connection)
{
    /// <summary>What is read and written at once.</summary>
    private const int BufferBytes = 64 * 1024;

    /// <summary>Ends when both streams have ended, or either side has broken off: then the other is broken off too.</summary>
    internal Task RunAsync(CancellationToken cancellation) =>
        Task.WhenAll(GuardAsync(UpAsync(cancellation)), GuardAsync(DownAsync(cancellation)));

    private async Task UpAsync(CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (await program.ReceiveAsync(buffer, cancellation) is > 0 and var count)
        {
            await connection.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }

        connection.CompleteWrites();
    }

    private async Task DownAsync(CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (await connection.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            for (var sent = 0; sent < count;)
            {
                sent += await program.SendAsync(buffer.AsMemory(sent, count - sent), cancellation);
            }
        }

        program.Shutdown(SocketShutdown.Send);
    }

    private async Task GuardAsync(Task direction)
    {
        try
        {
            await direction;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            connection.Abort();

            // With no time to linger: a reset, so that the program does not take what it has for all.
            program.Close(0);
        }
    }
}
