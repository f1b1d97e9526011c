using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Lab.Net;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Bench.Tun;

/// <summary>Our stack on a TUN in a namespace, and a program on the kernel's MPTCP as the other end.</summary>
internal sealed class TunRig : IDisposable
{
    private static readonly IPAddress Ours = IPAddress.Parse("10.74.1.2");
    private static readonly IPAddress Theirs = IPAddress.Parse("10.74.1.1");

    private readonly string _netns;
    private readonly TunStack _stack;
    private readonly bool _sends;
    private BulkApplication? _application;
    private SocketThread? _peer;

    /// <param name="offload">TUN with segmentation offload.</param>
    /// <param name="sends">Our end sends, the kernel's reads.</param>
    internal TunRig(bool offload, bool sends)
    {
        _sends = sends;
        _netns = BenchNamespace.Create("tun");
        _stack = TunStack.Open(
            new TunOptions("tun0") { Netns = _netns, Offload = offload },
            new StackOptions
            {
                LocalAddresses = [IpAddr.From(Ours)],
                SegmentationOffload = offload,
                Entropy = new CryptographicEntropy(),
            },
            inner => _application = new BulkApplication(inner));
        IpCommand.Run("-n", _netns, "address", "add", $"{Theirs}/24", "dev", "tun0");
    }

    /// <summary>Bytes that the reader has.</summary>
    internal long Delivered => _sends ? _peer!.Bytes : _application!.Bytes;

    /// <summary>Connects and begins to send.</summary>
    internal async Task BeginAsync()
    {
        using var listener = NetNamespace.Run(_netns, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0)));
        var accepting = listener.AcceptAsync();
        var port = ((IPEndPoint)listener.Socket.LocalEndPoint!).Port;
        var stream = await _stack.ConnectAsync(new IPEndPoint(Theirs, port), options: new ConnectionOptions { Congestion = "reno" });
        var accepted = (await accepting).Socket;
        _peer = new SocketThread(accepted, sends: !_sends);
        await _stack.AskAsync((handler, _) =>
        {
            _application!.Begin(handler.Stack, stream.Id, _sends);
            return true;
        });
    }

    public void Dispose()
    {
        _peer?.Dispose();
        _stack.Dispose();
        BenchNamespace.Delete(_netns);
    }
}
