using System.Net;
using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using Multipath.TestKit;

namespace Multipath.Interop.Tests.Support;

/// <summary>How a bed is made.</summary>
internal sealed record BedOptions
{
    /// <summary>TUN with segmentation offload.</summary>
    internal bool Offload { get; init; } = true;

    /// <summary>Of the TUN.</summary>
    internal int Queues { get; init; } = 1;

    /// <summary>Connections over IPv6.</summary>
    internal bool Ipv6 { get; init; }

    /// <summary>The kernel asks for DSS checksums.</summary>
    internal bool Checksum { get; init; }

    /// <summary>What stands between the pump and the stack.</summary>
    internal Func<IPacketHandler, IPacketHandler>? Between { get; init; }
}

/// <summary>
/// The kernel's MPTCP in a namespace of its own, and our stack behind a TUN in it: two paths, the second with the number 2 in its
/// addresses.
/// The kernel ends in .1, the stack in .2.
/// </summary>
internal sealed class Bed : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ExchangePatience = TimeSpan.FromMinutes(1);

    private readonly NetLab _lab = new();
    private readonly BedOptions _options;
    private readonly List<IDisposable> _owned = [];

    private Bed(BedOptions options)
    {
        _options = options;
        Netns = _lab.Add("k");
        NetLab.Sysctl(Netns, "net.mptcp.pm_type", "1");
        NetLab.Sysctl(Netns, "net.mptcp.checksum_enabled", options.Checksum ? "1" : "0");
        Stack = Own(TunStack.Open(
            new TunOptions("tun0") { Netns = Netns, Offload = options.Offload, Queues = options.Queues },
            new StackOptions
            {
                LocalAddresses = [IpAddr.From(Ours(1)), IpAddr.From(Ours(2))],
                SegmentationOffload = options.Offload || options.Between is null,
                Entropy = new CryptographicEntropy(),
            },
            options.Between));
        foreach (var path in new[] { 1, 2 })
        {
            // Without nodad an address of IPv6 cannot be bound to for a moment.
            string[] address = options.Ipv6 ? [$"fd73:{path}::1/64", "nodad"] : [$"10.73.{path}.1/24"];
            NetLab.Ip(["-n", Netns, "address", "add", .. address, "dev", "tun0"]);
        }

        Kernel = Own(KernelDataPlane.Open(Netns));
        Plane = new StackPlane(new TunAccess(Stack));
    }

    internal string Netns { get; }

    internal TunStack Stack { get; }

    internal KernelDataPlane Kernel { get; }

    /// <summary>The stack as the agent sees it.</summary>
    internal StackPlane Plane { get; }

    /// <summary>Skips the test where this machine cannot run it.</summary>
    internal static Bed Create(BedOptions? options = null)
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "this machine has no TUN");
        return new Bed(options ?? new BedOptions());
    }

    /// <summary>The stack's address on a path.</summary>
    internal IPAddress Ours(int path) => IPAddress.Parse(_options.Ipv6 ? $"fd73:{path}::2" : $"10.73.{path}.2");

    /// <summary>The kernel's address on a path.</summary>
    internal IPAddress Theirs(int path) => IPAddress.Parse(_options.Ipv6 ? $"fd73:{path}::1" : $"10.73.{path}.1");

    /// <summary>
    /// Makes a connection over the first path and passes a few bytes both ways, after which joins are allowed; gives up after half a
    /// minute.
    /// </summary>
    internal async Task<Pair> ConnectAsync(bool weConnect, ConnectionOptions? options = null, bool plainPeer = false)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(ConnectPatience);
        var pair = weConnect
            ? await ConnectOursAsync(options, plainPeer, patience.Token)
            : await ConnectTheirsAsync(options, plainPeer, patience.Token);
        await PassAsync(pair.Ours, pair.Theirs, patience.Token);
        await PassAsync(pair.Theirs, pair.Ours, patience.Token);
        return pair;
    }

    /// <summary>Adds a subflow on the second path and waits until it works.</summary>
    internal async Task JoinAsync(Pair pair, bool weConnect, bool weJoin)
    {
        var (ours, theirs) = (Ours(2), Theirs(2));
        if (weJoin)
        {
            var port = weConnect ? (ushort)pair.Port : AnnouncePort(pair, theirs);
            var token = (await InfoAsync(pair)).Token;
            Assert.Null(Plane.Create(token, new PmAddress(ours, Id: 2), new PmAddress(theirs, port)));
        }
        else
        {
            var port = weConnect ? (ushort)pair.Ours.Local.Port : (ushort)pair.Port;
            Assert.Null(Kernel.CreateSubflow(pair.KernelToken, new PmAddress(theirs, Id: 2), new PmAddress(ours, port)));
        }

        await HasSubflowsAsync(pair, 2);
    }

    /// <summary>Sends both ways at once and checks what arrives; gives up after a minute and says how things stand.</summary>
    internal async Task ExchangeAsync(Pair pair, long bytes)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(ExchangePatience);
        try
        {
            await Content.ExchangeAsync(pair.Ours, pair.Theirs, bytes, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            var subflows = string.Join(Environment.NewLine, await SubflowsAsync(pair));
            Assert.Fail($"It did not end. {await InfoAsync(pair)}{Environment.NewLine}{subflows}{Environment.NewLine}{pair.Kernel.Info}");
        }
    }

    /// <summary>A connection at our end, in numbers.</summary>
    internal async Task<ConnectionInfo> InfoAsync(Pair pair) => await pair.Ours.Owner.AskAsync((handler, _) =>
        handler.Stack.TryGetInfo(pair.Ours.Id, out var info) ? info : default);

    /// <summary>The subflows of a connection at our end.</summary>
    internal async Task<SubflowInfo[]> SubflowsAsync(Pair pair) => await pair.Ours.Owner.AskAsync((handler, _) =>
    {
        var subflows = new SubflowInfo[16];
        return subflows[..handler.Stack.GetSubflows(pair.Ours.Id, subflows)];
    });

    /// <summary>One of the kernel's counters in /proc/net/netstat; 0 for one that it does not have.</summary>
    internal long KernelCounter(string name) =>
        MptcpCounters.Read(Netns).FirstOrDefault(counter => counter.Key == name).Value;

    /// <summary>Waits until both ends have so many subflows that work.</summary>
    internal async Task HasSubflowsAsync(Pair pair, int count)
    {
        var (ours, theirs) = (0, 0);
        try
        {
            await Eventually.HoldsAsync("both ends have the subflows", async () =>
            {
                ours = (await SubflowsAsync(pair)).Count(one => one.Established);
                theirs = KernelSubflows(pair);
                return (ours, theirs) == (count, count);
            });
        }
        catch (TimeoutException)
        {
            var counters = string.Join(' ', MptcpCounters.Read(Netns).Where(one => one.Value > 0).Select(one => $"{one.Key}={one.Value}"));
            Assert.Fail($"We have {ours} subflows and the kernel {theirs}, not {count}. {counters}");
        }
    }

    /// <summary>The kernel's subflows that can send; its initial one stays listed after its end.</summary>
    internal int KernelSubflows(Pair pair) =>
        Kernel.Snapshot().Find(pair.KernelToken)?.Subflows.Count(one => one.Stats.CanSend) ?? 0;

    public void Dispose()
    {
        _owned.Reverse();
        _owned.ForEach(one => one.Dispose());
        _lab.Dispose();
    }

    private static async Task PassAsync(Stream from, Stream to, CancellationToken cancellation)
    {
        await from.WriteAsync(new byte[] { 1, 2, 3, 4 }, cancellation);
        var buffer = new byte[4];
        await to.ReadExactlyAsync(buffer, cancellation);
        Assert.Equal([1, 2, 3, 4], buffer);
    }

    /// <summary>
    /// A client of the kernel takes joins only at an address and port that it announced and where somebody listens, on just these.
    /// </summary>
    private ushort AnnouncePort(Pair pair, IPAddress address)
    {
        var listener = Own(NetNamespace.Run(Netns, () => MptcpSocket.Listen(new IPEndPoint(address, 0))));
        var port = (ushort)((IPEndPoint)listener.Socket.LocalEndPoint!).Port;
        Assert.Null(Kernel.Announce(pair.KernelToken, address, 2, port));
        return port;
    }

    private async Task<Pair> ConnectOursAsync(ConnectionOptions? options, bool plainPeer, CancellationToken cancellation)
    {
        var any = new IPEndPoint(_options.Ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        Task<Socket> accepted;
        int port;
        if (plainPeer)
        {
            var listener = Own(NetNamespace.Run(Netns, () => new Socket(any.AddressFamily, SocketType.Stream, ProtocolType.Tcp)));
            listener.Bind(any);
            listener.Listen();
            (accepted, port) = (listener.AcceptAsync(cancellation).AsTask(), ((IPEndPoint)listener.LocalEndPoint!).Port);
        }
        else
        {
            var listener = Own(NetNamespace.Run(Netns, () => MptcpSocket.Listen(any)));
            (accepted, port) = (AcceptAsync(listener, cancellation), ((IPEndPoint)listener.Socket.LocalEndPoint!).Port);
        }

        var ours = Own(await Stack.ConnectAsync(new IPEndPoint(Theirs(1), port), new IPEndPoint(Ours(1), 0), options, cancellation));
        return new Pair(ours, Own(new NetworkStream(await accepted, ownsSocket: true)), port);
    }

    private async Task<Pair> ConnectTheirsAsync(ConnectionOptions? options, bool plainPeer, CancellationToken cancellation)
    {
        const int port = 7000;
        var any = new IPEndPoint(_options.Ipv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        var listener = Own(await Stack.ListenAsync(any, options));
        var accepted = listener.AcceptAsync(cancellation);
        var server = new IPEndPoint(Ours(1), port);
        Socket socket;
        if (plainPeer)
        {
            socket = NetNamespace.Run(Netns, () => new Socket(any.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(server, cancellation);
        }
        else
        {
            socket = (await NetNamespace.Run(Netns, () => MptcpSocket.ConnectAsync(server, Theirs(1), cancellation))).Socket;
        }

        var theirs = Own(new NetworkStream(socket, ownsSocket: true));
        return new Pair(Own(await accepted), theirs, port);
    }

    private static async Task<Socket> AcceptAsync(MptcpSocket listener, CancellationToken cancellation) =>
        (await listener.AcceptAsync(cancellation)).Socket;

    private T Own<T>(T value)
        where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
