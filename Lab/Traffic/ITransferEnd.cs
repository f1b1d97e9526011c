using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Sockets;

namespace Multipath.Lab.Traffic;

/// <summary>One end of a transfer's connection, whoever's stack it is on; its calls block.</summary>
internal interface ITransferEnd : IDisposable
{
    /// <summary>The bytes.</summary>
    Stream Stream { get; }

    /// <summary>False once the connection has fallen back to TCP.</summary>
    bool IsMptcp { get; }

    /// <summary>Says that no more will be written.</summary>
    void CompleteWrites();
}

/// <summary>An end in the kernel. Owns the socket.</summary>
internal sealed class SocketEnd : ITransferEnd
{
    private readonly MptcpSocket _connection;

    /// <param name="connection">Connected.</param>
    /// <param name="limit">Longest wait of a read or a write.</param>
    internal SocketEnd(MptcpSocket connection, TimeSpan limit)
    {
        _connection = connection;
        connection.Socket.NoDelay = true;
        connection.Socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
        connection.Socket.SendTimeout = (int)limit.TotalMilliseconds;
        Stream = new NetworkStream(connection.Socket);
    }

    public Stream Stream { get; }

    public bool IsMptcp => _connection.IsMptcp;

    public void CompleteWrites() => _connection.Socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        Stream.Dispose();
        _connection.Dispose();
    }
}

/// <summary>An end in the userspace stack. Owns the connection.</summary>
internal sealed class StackEnd(MultipathStream connection) : ITransferEnd
{
    public Stream Stream => connection;

    public bool IsMptcp => connection.InfoAsync().GetAwaiter().GetResult() is { IsMultipath: true };

    public void CompleteWrites() => connection.CompleteWrites();

    /// <summary>The transfer is over, or has failed: nothing is waited for.</summary>
    public void Dispose() => connection.Abort();
}
