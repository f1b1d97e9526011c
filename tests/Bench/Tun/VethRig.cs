using System.Net;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Lab.Net;

namespace Multipath.Bench.Tun;

/// <summary>The same with the kernel at both ends: MPTCP over a veth pair with its segmentation offloads.</summary>
internal sealed class VethRig : IDisposable
{
    private readonly string _client = BenchNamespace.Create("a");
    private readonly string _server = BenchNamespace.Create("b");
    private SocketThread? _sender;
    private SocketThread? _receiver;

    internal VethRig()
    {
        IpCommand.Run("link", "add", "eth0", "netns", _client, "type", "veth", "peer", "name", "eth0", "netns", _server);
        IpCommand.Run("-n", _client, "address", "add", "10.74.2.1/24", "dev", "eth0");
        IpCommand.Run("-n", _server, "address", "add", "10.74.2.2/24", "dev", "eth0");
        IpCommand.Run("-n", _client, "link", "set", "eth0", "up");
        IpCommand.Run("-n", _server, "link", "set", "eth0", "up");
    }

    /// <summary>Who sends.</summary>
    internal SocketThread Sender => _sender!;

    /// <summary>Who reads.</summary>
    internal SocketThread Receiver => _receiver!;

    /// <summary>Connects and begins to send.</summary>
    internal async Task BeginAsync()
    {
        using var listener = NetNamespace.Run(_server, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0)));
        var accepting = listener.AcceptAsync();
        var server = new IPEndPoint(IPAddress.Parse("10.74.2.2"), ((IPEndPoint)listener.Socket.LocalEndPoint!).Port);
        var sending = (await NetNamespace.Run(_client, () => MptcpSocket.ConnectAsync(server))).Socket;
        _receiver = new SocketThread((await accepting).Socket, sends: false);
        _sender = new SocketThread(sending, sends: true);
    }

    public void Dispose()
    {
        _sender?.Dispose();
        _receiver?.Dispose();
        BenchNamespace.Delete(_client);
        BenchNamespace.Delete(_server);
    }
}
