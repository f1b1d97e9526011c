using System.Net;
using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Inventory;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;

namespace Multipath.Agent.Tests.DataPlanes.Kernel;

public sealed class SockDiagTests
{
    [Fact]
    public async Task Lookups_allocate_nothing()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        using var probe = hosts.Client.OpenProbe();
        var tuple = hosts.Client.Snapshot().Find(hosts.Token)!.Subflows[0].Tuple;
        Assert.Equal(0, AllocatedBy(probe, tuple, hosts.Token, rounds: 1000));
    }

    [Fact]
    public async Task Many_subflows_are_read_in_few_calls_each_at_its_place_and_nothing_is_allocated()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        await TwoHosts.PassAsync(hosts.ClientSocket, hosts.ServerSocket);
        using var probe = hosts.Client.OpenProbe();
        var there = hosts.Client.Snapshot().Find(hosts.Token)!.Subflows[0].Tuple;
        // More than one batch, and every third one is there.
        var asked = Enumerable.Range(0, 100).Select(i => i % 3 == 0 ? there : there with { LocalPort = (ushort)(i + 1) })
            .Select(one => new SubflowSocket(one, 0)).ToArray();
        var sent = new ulong[asked.Length];
        Assert.Equal(0, AllocatedBy(probe, asked, sent, rounds: 100));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i % 3 == 0 ? 8ul : 0), sent);
        Assert.True(probe.TryRead(there, out _));
    }

    [Fact]
    public async Task A_subflow_that_is_bound_to_its_interface_is_found_by_asking_for_that_one_and_an_unbound_one_by_any()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var interfaces = InventoryWatcher.Read(hosts.ClientNetns).Paths()
            .ToDictionary(path => path.Address.Address, path => path.Interface.Index);
        var (first, second) = (interfaces[TwoHosts.ClientFirst], interfaces[TwoHosts.ClientSecond]);
        var bound = (await hosts.AddSecondAsync(interfaceIndex: second)).Tuple;
        Assert.True(hosts.Client.Sockets.TryRead(new SubflowSocket(bound, second), out _));
        Assert.False(hosts.Client.Sockets.TryRead(new SubflowSocket(bound, 0), out _));
        var unbound = hosts.Client.Snapshot().Find(hosts.Token)!.Subflows.Single(one => one.Tuple != bound).Tuple;
        Assert.All([0, first], index => Assert.True(hosts.Client.Sockets.TryRead(new SubflowSocket(unbound, index), out _)));
    }

    [Fact]
    public async Task Bytes_are_counted_on_the_subflow_and_on_the_connection()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        await TwoHosts.PassAsync(hosts.ClientSocket, hosts.ServerSocket);
        await TwoHosts.PassAsync(hosts.ServerSocket, hosts.ClientSocket);
        var connection = hosts.Client.Snapshot().Find(hosts.Token)!;
        var tcp = Assert.Single(connection.Subflows).Stats.Tcp;
        Assert.Equal((8ul, 8ul), (tcp.BytesSent, tcp.BytesReceived));
        Assert.Equal((8ul, 8ul), (connection.Info.BytesSent, connection.Info.BytesReceived));
        Assert.Equal(TcpState.Established, tcp.State);
        Assert.InRange(tcp.RttUs, 1u, 1_000_000u);
        Assert.InRange(tcp.MinRttUs, 1u, tcp.RttUs * 10);
        Assert.Equal((10u, 0u), (tcp.Cwnd, tcp.LostSegments));
        Assert.InRange(tcp.RtoUs, 200_000u, 2_000_000u);
    }

    [Fact]
    public async Task A_connection_that_only_receives_keeps_its_subflow()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        hosts.ClientSocket.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await hosts.ServerSocket.Socket.ReceiveAsync(new byte[4], TestContext.Current.CancellationToken));
        await TwoHosts.PassAsync(hosts.ServerSocket, hosts.ClientSocket);
        var connection = hosts.Client.Snapshot().Find(hosts.Token)!;
        Assert.Equal(TcpState.FinWait2, connection.State);
        Assert.Equal(TwoHosts.ClientFirst, Assert.Single(connection.Subflows).Tuple.LocalAddress);
    }

    [Fact]
    public async Task A_connection_waiting_to_be_accepted_is_there_already()
    {
        using var hosts = TwoHosts.Create();
        using var listener = NetNamespace.Run(hosts.ServerNetns, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0)));
        var port = ((IPEndPoint)listener.Socket.LocalEndPoint!).Port;
        using var client = await NetNamespace.Run(hosts.ClientNetns,
            () => MptcpSocket.ConnectAsync(new IPEndPoint(TwoHosts.ServerFirst, port)));
        await client.Socket.SendAsync(new byte[] { 1 });
        var token = (await TwoHosts.NextAsync<MptcpEvent.Established>(hosts.Server)).Token;
        var connection = hosts.Server.Snapshot().Find(token)!;
        Assert.Equal(0u, connection.Inode);
        Assert.Equal(ConnectionRole.Server, connection.Role);
        Assert.Single(connection.Subflows);
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        using var hosts = TwoHosts.Create();
        Assert.False(hosts.Client.Sockets.TryRead(0x12345678, out _));
        Assert.False(hosts.Client.Sockets.TryRead(new FourTuple(TwoHosts.ClientFirst, 1, TwoHosts.ServerFirst, 2), out _));
        Assert.Empty(hosts.Client.Snapshot().Connections);
    }

    private static long AllocatedBy(SockDiag probe, SubflowSocket[] asked, ulong[] sent, int rounds)
    {
        var before = 0L;
        for (var round = -100; round < rounds; round++)
        {
            if (round == 0)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            Array.Clear(sent);
            probe.Read(asked, sent, static (int index, in SubflowStats stats, ulong[] all) => all[index] += stats.Tcp.BytesSent);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static long AllocatedBy(SockDiag probe, FourTuple tuple, uint token, int rounds)
    {
        var before = 0L;
        for (var round = -100; round < rounds; round++)
        {
            if (round == 0)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            if (!probe.TryRead(tuple, out _) || !probe.TryRead(token, out _))
            {
                return -1;
            }
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
