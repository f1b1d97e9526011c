using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.DataPlanes.Kernel;

/// <summary>A client and a server in namespaces of their own, two links between them, and one MPTCP connection over the first.</summary>
internal sealed class TwoHosts : IDisposable
{
    internal const string FirstLink = "eth1";
    internal const string SecondLink = "eth2";
    internal static readonly IPAddress ClientFirst = IPAddress.Parse("10.71.1.1");
    internal static readonly IPAddress ClientSecond = IPAddress.Parse("10.71.2.1");
    internal static readonly IPAddress ServerFirst = IPAddress.Parse("10.71.1.2");
    internal static readonly IPAddress ServerSecond = IPAddress.Parse("10.71.2.2");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NetLab _lab = new();
    private readonly List<IDisposable> _owned = [];
    private MptcpSocket? _listener;

    private TwoHosts(bool userspace)
    {
        ClientNetns = _lab.Add("c");
        ServerNetns = _lab.Add("s");
        NetLab.Link(ClientNetns, ServerNetns, FirstLink, "10.71.1");
        NetLab.Link(ClientNetns, ServerNetns, SecondLink, "10.71.2");
        foreach (var netns in new[] { ClientNetns, ServerNetns })
        {
            NetLab.Sysctl(netns, "net.mptcp.pm_type", userspace ? "1" : "0");
        }

        Client = Own(KernelDataPlane.Open(ClientNetns));
        Server = Own(KernelDataPlane.Open(ServerNetns));
    }

    internal string ClientNetns { get; }

    internal string ServerNetns { get; }

    internal KernelDataPlane Client { get; }

    internal KernelDataPlane Server { get; }

    internal MptcpSocket ClientSocket { get; private set; } = null!;

    internal MptcpSocket ServerSocket { get; private set; } = null!;

    /// <summary>The connection's token at the client.</summary>
    internal uint Token { get; private set; }

    internal ushort ServerPort { get; private set; }

    /// <summary>Skips the test where this machine cannot run it.</summary>
    internal static TwoHosts Create(bool userspace = true)
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        return new TwoHosts(userspace);
    }

    /// <summary>Connects over the first link and passes a few bytes both ways, after which further subflows are allowed.</summary>
    internal async Task ConnectAsync(bool dualMode = false, bool listenDual = false)
    {
        var any = new IPEndPoint(listenDual ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var listener = _listener = Own(NetNamespace.Run(ServerNetns, () => MptcpSocket.Listen(any)));
        ServerPort = (ushort)((IPEndPoint)listener.Socket.LocalEndPoint!).Port;
        var accept = listener.AcceptAsync(TestContext.Current.CancellationToken);
        var address = dualMode ? ServerFirst.MapToIPv6() : ServerFirst;
        ClientSocket = Own(await NetNamespace.Run(ClientNetns, () => MptcpSocket.ConnectAsync(new IPEndPoint(address, ServerPort))));
        ServerSocket = Own(await accept);
        await PassAsync(ClientSocket, ServerSocket);
        await PassAsync(ServerSocket, ClientSocket);
        Token = (await NextAsync<MptcpEvent.Established>(Client)).Token;
    }

    internal static async Task PassAsync(MptcpSocket from, MptcpSocket to)
    {
        await from.Socket.SendAsync(new byte[] { 1, 2, 3, 4 });
        var buffer = new byte[4];
        Assert.Equal(4, await to.Socket.ReceiveAsync(buffer));
    }

    /// <summary>Makes the subflow over the second link and waits until it is there.</summary>
    internal async Task<SubflowFacts> AddSecondAsync(EndpointFlags flags = EndpointFlags.None, int interfaceIndex = 0)
    {
        var local = new PmAddress(ClientSecond, Id: 2, Flags: flags, InterfaceIndex: interfaceIndex);
        Assert.Null(Client.CreateSubflow(Token, local, new PmAddress(ServerSecond, ServerPort)));
        return (await NextAsync<MptcpEvent.SubflowEstablished>(Client)).Subflow;
    }

    internal void StopListening() => _listener?.Dispose();

    /// <summary>Waits for the next event of a kind, and drops those before it.</summary>
    internal static Task<T> NextAsync<T>(KernelDataPlane plane)
        where T : MptcpEvent => NextAsync<MptcpEvent, T>(plane.Events);

    internal static async Task<T> NextAsync<TBase, T>(ChannelReader<TBase> events)
        where T : TBase
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        await foreach (var next in events.ReadAllAsync(timeout.Token))
        {
            if (next is T wanted)
            {
                return wanted;
            }
        }

        throw new InvalidOperationException("The events ended.");
    }

    public void Dispose()
    {
        _owned.Reverse();
        _owned.ForEach(o => o.Dispose());
        _lab.Dispose();
    }

    private T Own<T>(T value)
        where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
