using System.Net;
using System.Net.Sockets;
using Multipath.Agent.Sockets;

namespace Multipath.Interop.Tests.Support;

/// <summary>A program that is connected by the proxy to one at the server.</summary>
internal sealed class ProxiedTalk : IDisposable
{
    private readonly MptcpSocket _listener;

    private ProxiedTalk(MptcpSocket listener, Socket program, MptcpSocket server) =>
        (_listener, Program, Server) = (listener, program, server);

    /// <summary>The client's end, of plain TCP to the proxy.</summary>
    internal Socket Program { get; }

    /// <summary>The server's end.</summary>
    internal MptcpSocket Server { get; }

    /// <summary>The server's port.</summary>
    internal int Port => ((IPEndPoint)_listener.Socket.LocalEndPoint!).Port;

    /// <summary>Connects, and passes some bytes, after which further subflows are allowed.</summary>
    internal static async Task<ProxiedTalk> BeginAsync(ProxyBed bed)
    {
        var listener = bed.Listen();
        var program = bed.Connect(((IPEndPoint)listener.Socket.LocalEndPoint!).Port);
        var talk = new ProxiedTalk(listener, program, await listener.AcceptAsync(TestContext.Current.CancellationToken));
        await talk.PassAsync();
        return talk;
    }

    /// <summary>Some bytes there and back.</summary>
    internal Task PassAsync() => ProxyBed.PassAsync(Program, Server.Socket);

    public void Dispose()
    {
        Program.Dispose();
        Server.Dispose();
        _listener.Dispose();
    }
}
