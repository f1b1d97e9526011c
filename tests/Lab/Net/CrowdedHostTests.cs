using System.Net;
using Grpc.Net.Client;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Contracts.Wire;
using Multipath.Silo.Hosting;
using Multipath.TestKit;

namespace Multipath.Lab.Tests.Net;

/// <summary>A peer and a local program do what they can to make a server's reports unfit; its silo goes on hearing of it.</summary>
[Collection("Network")]
public sealed class CrowdedHostTests : IAsyncDisposable
{
    private const int Joins = 40;
    private const int Addresses = 70;

    private readonly NetLab _lab = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crowded-");
    private readonly SharedLog _log = new();

    [Fact]
    public async Task A_peer_that_joins_without_end_and_a_host_of_many_addresses_are_told_in_part_and_the_session_stays()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        var test = TestContext.Current.CancellationToken;
        var (client, server) = (_lab.Add("c"), _lab.Add("s"));
        NetLab.Link(client, server, "eth1", "10.79.1");
        NetLab.Sysctl(client, "net.mptcp.pm_type", "1");
        for (var i = 0; i < Addresses; i++)
        {
            NetLab.Ip("-n", server, "address", "add", $"10.1.{i}.1/24", "dev", "eth1");
        }

        var anyPort = new Uri("http://127.0.0.1:0");
        await using var silo = SiloHost.Build(
            new SiloOptions { Grpc = anyPort, Http = anyPort, DataFolder = _folder.FullName, Quiet = true });
        await silo.Start(test);
        using var channel = GrpcChannel.ForAddress(silo.GrpcAddress);
        var fleet = new Fleet.FleetClient(channel);
        await using var agent = AgentHost.Start(
            new AgentOptions("hub") { Netns = server, Silo = silo.GrpcAddress, JsonLog = true, Log = _log.Writer });

        using var listener = NetNamespace.Run(server, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, 0)));
        var port = (ushort)((IPEndPoint)listener.Socket.LocalEndPoint!).Port;
        var accept = listener.AcceptAsync(test);
        using var peer = KernelDataPlane.Open(client);
        var remote = IPAddress.Parse("10.79.1.2");
        using var ours = await NetNamespace.Run(client, () => MptcpSocket.ConnectAsync(new IPEndPoint(remote, port)));
        using var theirs = await accept;
        await ours.Socket.SendAsync(new byte[] { 1 }, test);
        await theirs.Socket.ReceiveAsync(new byte[1], test);
        await theirs.Socket.SendAsync(new byte[] { 1 }, test);
        await ours.Socket.ReceiveAsync(new byte[1], test);
        var token = Assert.Single(peer.Snapshot().Connections).Token;
        for (var i = 0; i < Joins; i++)
        {
            Assert.Null(peer.CreateSubflow(token, new PmAddress(IPAddress.Parse("10.79.1.1"), Id: 9), new PmAddress(remote, port)));
        }

        await Eventually.HoldsAsync("the kernel took the joins", () => theirs.Subflows.Length == Joins + 1);
        await Eventually.HoldsAsync(
            "the silo knows of as many as a report may hold",
            async () => await HostAsync(fleet, test) is { } host && host.Connections.Count == 1
                && host.Connections[0].Subflows.Count == 32 && host.Summary.Paths == 64);
        var paths = (await HostAsync(fleet, test))!.Paths;
        Assert.Equal(Joins + 1u, Assert.Single(paths, path => new IPAddress(path.Id.Address.Span).Equals(remote)).Subflows);
        Assert.Contains("reports leave out subflows beyond 32 of a connection", _log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("silo-away", _log.Text, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _lab.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<HostDetail?> HostAsync(Fleet.FleetClient fleet, CancellationToken cancellation)
    {
        try
        {
            return await fleet.GetHostAsync(new GetHostRequest { Host = "hub" }, cancellationToken: cancellation);
        }
        catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.NotFound)
        {
            return null;
        }
    }
}
