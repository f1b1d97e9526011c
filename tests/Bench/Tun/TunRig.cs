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
    private readonly List<BulkApplication> _applications = [];
    private readonly List<SocketThread> _peers = [];

    /// <param name="offload">TUN with segmentation offload.</param>
    /// <param name="sends">Our end sends, the kernel's reads.</param>
    /// <param name="queues">Of the TUN, with a connection on each.</param>
    internal TunRig(bool offload, bool sends, int queues = 1)
    {
        _sends = sends;
        _netns = BenchNamespace.Create("tun");
        _stack = TunStack.Open(
            new TunOptions("tun0") { Netns = _netns, Offload = offload, Queues = queues },
            new StackOptions
            {
                LocalAddresses = [IpAddr.From(Ours)],
                SegmentationOffload = true,
                Entropy = new CryptographicEntropy(),
            },
            inner =>
            {
                _applications.Add(new BulkApplication(inner));
                return _applications[^1];
            });
        IpCommand.Run("-n", _netns, "address", "add", $"{Theirs}/24", "dev", "tun0");
    }

    /// <summary>Bytes that the reader has.</summary>
    internal long Delivered => _sends ? _peers.Sum(one => one.Bytes) : _applications.Sum(one => one.Bytes);

    /// <summary>Connects and begins to send.</summary>
    internal async Task BeginAsync()
    {
        using var listener = NetNamespace.Run(_netns, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0)));
        var port = ((IPEndPoint)listener.Socket.LocalEndPoint!).Port;
        for (var i = 0; i < _applications.Count; i++)
        {
            var accepting = listener.AcceptAsync();
            var stream = await _stack.ConnectAsync(new IPEndPoint(Theirs, port), options: new ConnectionOptions { Congestion = "reno" });
            _peers.Add(new SocketThread((await accepting).Socket, sends: !_sends));
            await stream.Owner.AskAsync((handler, _) =>
            {
                // The shards are in the order of the applications.
                var own = Enumerable.Range(0, _stack.Shards.Count).First(at => _stack.Shards[at] == stream.Owner);
                _applications[own].Begin(handler.Stack, stream.Id, _sends);
                return true;
            });
        }
    }

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        _stack.Dispose();
        BenchNamespace.Delete(_netns);
    }
}
