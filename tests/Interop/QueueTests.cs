using System.Net;
using System.Net.Sockets;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Interop.Tests.Support;

namespace Multipath.Interop.Tests;

/// <summary>A TUN with several queues, each with a stack for its share of the ports.</summary>
public sealed class QueueTests
{
    private const int Queues = 3;
    private const long Bytes = 3_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [CombinatorialBools]
    public async Task Connections_take_turns_and_each_keeps_its_subflows_in_one_queue(bool ipv6, bool offload)
    {
        using var bed = Bed.Create(new BedOptions { Queues = Queues, Ipv6 = ipv6, Offload = offload });
        var pairs = new List<Pair>();
        for (var i = 0; i < Queues; i++)
        {
            pairs.Add(await bed.ConnectAsync(weConnect: true));
            await bed.JoinAsync(pairs[i], weConnect: true, weJoin: i > 0);
        }

        Assert.Equal(Queues, pairs.Select(pair => pair.Ours.Owner).Distinct().Count());
        Assert.Equal(
            pairs.Select(pair => (ushort)pair.Ours.Local.Port).Order(),
            bed.Plane.Snapshot().Connections.Select(connection => connection.Tuple.LocalPort).Order());
        await Task.WhenAll(pairs.Select(pair => bed.ExchangeAsync(pair, Bytes)));
        foreach (var pair in pairs)
        {
            await bed.HasSubflowsAsync(pair, 2);
        }
    }

    [Theory]
    [CombinatorialBools]
    public async Task A_listener_has_what_comes_on_whichever_queue(bool ipv6)
    {
        const int connections = 8;
        using var bed = Bed.Create(new BedOptions { Queues = Queues, Ipv6 = ipv6 });
        using var listener = await bed.Stack.ListenAsync(new IPEndPoint(ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 7000));
        for (var i = 0; i < connections; i++)
        {
            var accepting = listener.AcceptAsync(Cancellation);
            var server = new IPEndPoint(bed.Ours(1), 7000);
            var socket = (await NetNamespace.Run(bed.Netns, () => MptcpSocket.ConnectAsync(server, bed.Theirs(1), Cancellation))).Socket;
            using var theirs = new NetworkStream(socket, ownsSocket: true);
            await using var ours = await accepting.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
            await bed.ExchangeAsync(new Pair(ours, theirs, 7000), Bytes / connections);
            Assert.True(MptcpSocket.Of(socket).IsMptcp);
        }
    }

    [Fact]
    public void The_kernels_rules_for_paths_need_one_queue()
    {
        using var bed = Bed.Create(new BedOptions { Queues = 2 });
        Assert.Throws<InvalidOperationException>(() => bed.Stack.KernelPaths);
    }
}
