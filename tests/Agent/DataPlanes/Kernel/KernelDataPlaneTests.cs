using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Tests.DataPlanes.Kernel;

public sealed class KernelDataPlaneTests
{
    [Fact]
    public async Task A_subflow_is_created_measured_made_backup_and_destroyed()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var second = await hosts.AddSecondAsync();
        Assert.Equal((TwoHosts.ClientSecond, (byte)2), (second.Tuple.LocalAddress, second.LocalId));

        var connection = hosts.Client.Snapshot().Find(hosts.Token)!;
        Assert.Equal(ConnectionRole.Client, connection.Role);
        Assert.Equal([TwoHosts.ClientFirst, TwoHosts.ClientSecond], connection.Subflows.Select(s => s.Tuple.LocalAddress));
        Assert.Equal([SubflowOrigin.InitialByUs, SubflowOrigin.JoinByUs], connection.Subflows.Select(s => s.Stats.Origin));
        Assert.Equal("reno", connection.Subflows[0].Congestion);

        await TwoHosts.NextAsync<MptcpEvent.SubflowEstablished>(hosts.Server);
        Assert.Null(hosts.Client.SetBackup(hosts.Token, second.Tuple, backup: true));
        var priority = await TwoHosts.NextAsync<MptcpEvent.SubflowPriority>(hosts.Server);
        Assert.True(priority.Subflow.Backup);
        Assert.True(hosts.Client.Sockets.TryRead(second.Tuple, out var stats));
        Assert.True(stats.BackupByUs);
        Assert.False(stats.BackupByPeer);

        Assert.Null(hosts.Client.DestroySubflow(hosts.Token, second.Tuple));
        var closed = await TwoHosts.NextAsync<MptcpEvent.SubflowClosed>(hosts.Client);
        Assert.Equal(second.Tuple, closed.Subflow.Tuple);
        Assert.False(hosts.Client.Sockets.TryRead(second.Tuple, out _));
    }

    [Fact]
    public async Task The_server_sees_the_same_connection_from_its_end()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var created = await TwoHosts.NextAsync<MptcpEvent.Created>(hosts.Server);
        Assert.True(created.ServerSide);
        var connection = hosts.Server.Snapshot().Find(created.Token)!;
        Assert.Equal(ConnectionRole.Server, connection.Role);
        Assert.Equal(hosts.ServerPort, connection.Tuple.LocalPort);
        Assert.Equal(SubflowOrigin.InitialByPeer, Assert.Single(connection.Subflows).Stats.Origin);
        Assert.Equal(4ul, connection.Info.BytesReceived);
    }

    [Fact]
    public async Task The_client_created_its_connection()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        Assert.True(hosts.Client.Sockets.TryRead(hosts.Token, out var info));
        Assert.Equal((hosts.Token, 0ul, 4ul), (info.Token, info.OutstandingBytes, info.BytesReceived));
        Assert.Equal(info.Token, hosts.ClientSocket.Info!.Value.Token);
    }

    [Fact]
    public async Task Listeners_and_the_end_of_a_connection_are_told()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        Assert.Equal(hosts.ServerPort, (await TwoHosts.NextAsync<MptcpEvent.ListenerCreated>(hosts.Server)).Port);
        var token = (await TwoHosts.NextAsync<MptcpEvent.Established>(hosts.Server)).Token;
        hosts.ClientSocket.Dispose();
        hosts.ServerSocket.Dispose();
        Assert.Equal(token, (await TwoHosts.NextAsync<MptcpEvent.Closed>(hosts.Server)).Token);
        hosts.StopListening();
        Assert.Equal(hosts.ServerPort, (await TwoHosts.NextAsync<MptcpEvent.ListenerClosed>(hosts.Server)).Port);
    }

    [Fact]
    public async Task A_refused_subflow_is_told_with_its_error()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        Assert.Null(hosts.Client.CreateSubflow(
            hosts.Token, new PmAddress(TwoHosts.ClientSecond, Id: 2), new PmAddress(TwoHosts.ServerSecond, 1)));
        var closed = await TwoHosts.NextAsync<MptcpEvent.SubflowClosed>(hosts.Client);
        Assert.Equal("ECONNREFUSED", Errno.Name(closed.Error));
    }

    [Fact]
    public async Task An_announced_address_reaches_the_peer_and_is_withdrawn()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var token = (await TwoHosts.NextAsync<MptcpEvent.Established>(hosts.Server)).Token;
        Assert.Null(hosts.Server.Announce(token, TwoHosts.ServerSecond, id: 7));
        Assert.Equal(new MptcpEvent.Announced(hosts.Token, 7, TwoHosts.ServerSecond, hosts.ServerPort),
            await TwoHosts.NextAsync<MptcpEvent.Announced>(hosts.Client));
        Assert.Equal([(TwoHosts.ServerSecond, (byte)7)],
            hosts.Server.PathManager.LocalAddresses(token).Select(a => (a.Address, a.Id)));

        Assert.Null(hosts.Server.Withdraw(token, 7));
        Assert.Equal(new MptcpEvent.Removed(hosts.Token, 7), await TwoHosts.NextAsync<MptcpEvent.Removed>(hosts.Client));
    }

    [Fact]
    public async Task A_local_address_of_no_interface_is_refused_with_advice()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync();
        var stranger = new PmAddress(System.Net.IPAddress.Parse("10.99.99.99"), Id: 9);
        var error = hosts.Client.CreateSubflow(hosts.Token, stranger, new PmAddress(TwoHosts.ServerSecond, hosts.ServerPort))!;
        Assert.Equal(Errno.AddressNotAvailable, error.Errno);
        Assert.Contains("mpagent paths", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_managed_connection_refuses_commands_and_says_which_sysctl()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        await hosts.ConnectAsync();
        var error = hosts.Client.CreateSubflow(hosts.Token, new PmAddress(TwoHosts.ClientSecond, Id: 2),
            new PmAddress(TwoHosts.ServerSecond, hosts.ServerPort))!;
        Assert.Equal(Errno.Invalid, error.Errno);
        Assert.NotNull(error.Text);
        Assert.Contains("net.mptcp.path_manager=userspace", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_subflow_leaves_the_connection_alive()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        await hosts.ConnectAsync();
        Assert.Null(hosts.Client.PathManager.SetLimits(new PmLimits(2, 2)));
        Assert.Null(hosts.Server.PathManager.SetLimits(new PmLimits(2, 2)));
        Assert.Null(hosts.Client.PathManager.AddEndpoint(new PmAddress(TwoHosts.ClientSecond, Id: 3, Flags: EndpointFlags.Subflow)));
        var second = (await TwoHosts.NextAsync<MptcpEvent.SubflowEstablished>(hosts.Client)).Subflow;

        Assert.Null(hosts.Client.Reset(hosts.Client.Snapshot().Find(hosts.Token)!.Subflows[0].Tuple));
        await TwoHosts.NextAsync<MptcpEvent.SubflowClosed>(hosts.Client);
        await TwoHosts.PassAsync(hosts.ClientSocket, hosts.ServerSocket);
        var left = Assert.Single(hosts.Client.Snapshot().Find(hosts.Token)!.Subflows);
        Assert.Equal(second.Tuple, left.Tuple);
        Assert.Equal(Errno.NoSuchProcess, hosts.Client.Reset(second.Tuple with { LocalPort = 1 })!.Errno);
    }
}
