using System.Net;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Tests.DataPlanes.Kernel;

/// <summary>IPv4 on dual-stack sockets, where the kernel reports mapped addresses and wants them back as they were.</summary>
public sealed class AddressFamilyTests
{
    [Fact]
    public async Task On_a_dual_stack_socket_subflows_are_made_measured_and_destroyed()
    {
        using var hosts = TwoHosts.Create();
        await hosts.ConnectAsync(dualMode: true);
        var second = await hosts.AddSecondAsync();

        var connection = hosts.Client.Snapshot().Find(hosts.Token)!;
        Assert.Equal(2, connection.Subflows.Length);
        Assert.True(connection.Tuple.LocalAddress.IsIPv4MappedToIPv6);
        Assert.StartsWith("10.71.1.1:", connection.Tuple.ToString(), StringComparison.Ordinal);
        Assert.All(connection.Subflows, s => Assert.True(hosts.Client.Sockets.TryRead(s.Tuple, out _)));

        Assert.Null(hosts.Client.SetBackup(hosts.Token, connection.Subflows[0].Tuple, backup: true));
        Assert.True(hosts.Client.Sockets.TryRead(connection.Subflows[0].Tuple, out var stats));
        Assert.True(stats.BackupByUs);
        Assert.Null(hosts.Client.DestroySubflow(hosts.Token, connection.Subflows[0].Tuple));
        await TwoHosts.PassAsync(hosts.ClientSocket, hosts.ServerSocket);
        Assert.Equal(second.Tuple, Assert.Single(hosts.Client.Snapshot().Find(hosts.Token)!.Subflows).Tuple);
    }

    [Fact]
    public async Task An_ipv6_subflow_joins_an_ipv4_connection()
    {
        using var hosts = TwoHosts.Create();
        var (client, server) = (IPAddress.Parse("fd71::1"), IPAddress.Parse("fd71::2"));
        TestKit.NetLab.Ip("-n", hosts.ClientNetns, "address", "add", $"{client}/64", "dev", TwoHosts.SecondLink, "nodad");
        TestKit.NetLab.Ip("-n", hosts.ServerNetns, "address", "add", $"{server}/64", "dev", TwoHosts.SecondLink, "nodad");
        await hosts.ConnectAsync(dualMode: true, listenDual: true);
        Assert.Null(hosts.Client.CreateSubflow(hosts.Token, new PmAddress(client, Id: 3), new PmAddress(server, hosts.ServerPort)));
        var joined = await TwoHosts.NextAsync<MptcpEvent.SubflowEstablished>(hosts.Client);
        Assert.Equal((client, server), (joined.Subflow.Tuple.LocalAddress, joined.Subflow.Tuple.RemoteAddress));
        Assert.True(hosts.Client.Sockets.TryRead(joined.Subflow.Tuple, out _));
        Assert.Null(hosts.Client.DestroySubflow(hosts.Token, joined.Subflow.Tuple));
    }
}
