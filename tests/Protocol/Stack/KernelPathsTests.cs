using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;
using static Multipath.Protocol.Paths.PathEndpointFlags;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>The kernel's rules on both ends of a connection between real stacks.</summary>
public sealed class KernelPathsTests
{
    private readonly StackPair _pair = new();
    private readonly KernelPaths _client;
    private readonly KernelPaths _server;

    public KernelPathsTests()
    {
        _client = _pair.Client.Paths.Kernel;
        _server = _pair.Server.Paths.Kernel;
        _client.SetLimits(new PathLimits(4, 4));
        _server.SetLimits(new PathLimits(4, 4));
    }

    [Fact]
    public void A_subflow_endpoint_is_joined_and_carries_data()
    {
        _client.Add(Endpoint(StackPair.ClientB, Subflow | Backup), _pair.Now);
        Connect();
        Assert.Equal(["10.0.0.1 -> 10.0.0.2", "10.0.1.1 -> 10.0.0.2 backup"], Paths());
        byte[] data = new byte[200_000];
        Assert.Equal(data, _pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void An_announced_address_is_joined_from_a_fullmesh_endpoint()
    {
        _client.Add(Endpoint(StackPair.ClientB, Subflow | FullMesh), _pair.Now);
        _server.Add(Endpoint(StackPair.ServerB, Signal), _pair.Now);
        Connect();
        Assert.Equal(["10.0.0.1 -> 10.0.0.2", "10.0.1.1 -> 10.0.0.2", "10.0.1.1 -> 10.0.1.2"], Paths());
    }

    [Fact]
    public void An_endpoint_that_comes_and_goes_takes_its_subflow_with_it()
    {
        Connect();
        Assert.Single(Paths());
        _client.Add(Endpoint(StackPair.ClientB, Subflow), _pair.Now);
        Run();
        Assert.Equal(2, Paths().Length);
        _client.SetFlags(1, Backup, _pair.Now);
        Run();
        Assert.Equal(["10.0.0.1 -> 10.0.0.2", "10.0.1.1 -> 10.0.0.2 backup"], Paths());
        _client.Remove(1, _pair.Now);
        Run();
        Assert.Single(Paths());
        _client.Add(Endpoint(StackPair.ClientB, Subflow), _pair.Now);
        Run();
        Assert.Equal(2, Paths().Length);
    }

    [Fact]
    public void One_address_after_the_other_is_announced_as_the_peer_joins_it()
    {
        _server.Add(Endpoint(StackPair.ServerB, Signal), _pair.Now);
        _server.Add(Endpoint(IpAddr.Parse("10.0.2.2"), Signal), _pair.Now);
        Connect();
        Assert.Equal(["10.0.0.1 -> 10.0.0.2", "10.0.0.1 -> 10.0.1.2", "10.0.0.1 -> 10.0.2.2"], Paths());
    }

    [Fact]
    public void An_echo_alone_lets_the_next_address_be_announced()
    {
        // The peer joins nothing: it accepts no address, but echoes each (RFC 8684 section 3.4.1).
        _client.SetLimits(new PathLimits(4, 0));
        _server.Add(Endpoint(StackPair.ServerB, Signal), _pair.Now);
        _server.Add(Endpoint(IpAddr.Parse("10.0.2.2"), Signal), _pair.Now);
        Connect();
        Assert.Single(Paths());
        Assert.Equal([1, 2], _pair.ClientEvents.Where(one => one.Kind == StackEventKind.Announced).Select(one => (int)one.RemoteId));
        Assert.Equal([1, 2], _pair.ServerEvents.Where(one => one.Kind == StackEventKind.Echoed).Select(one => (int)one.LocalId));
    }

    [Fact]
    public void A_peer_that_refuses_joins_to_its_first_address_is_not_asked()
    {
        _client.Add(Endpoint(StackPair.ClientB, Subflow), _pair.Now);
        _server.Add(Endpoint(StackPair.ServerB, Signal), _pair.Now);
        var syns = new List<IpAddr>();
        _pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (fromClient && packet.Has(TcpFlags.Syn))
            {
                syns.Add(packet.Tuple.Local.Address);
            }

            return true;
        };
        Connect(new ConnectionOptions { RefuseJoinsToInitialAddress = true });
        Assert.Equal([StackPair.ServerA, StackPair.ServerB], syns);
        Assert.Equal(["10.0.0.1 -> 10.0.0.2", "10.0.0.1 -> 10.0.1.2"], Paths());
    }

    [Fact]
    public void All_eight_further_subflows_that_the_kernel_allows_can_be_had()
    {
        _client.SetLimits(new PathLimits(8, 0));
        _server.SetLimits(new PathLimits(8, 0));
        for (var i = 1; i <= 8; i++)
        {
            Assert.Equal(EndpointResult.Ok, _client.Add(Endpoint(IpAddr.Parse($"10.0.{i}.1"), Subflow), _pair.Now));
        }

        Connect();

        // The server takes four joins at a time that have not proved themselves: the others come with their second SYN, after a second.
        _pair.RunFor(Duration.FromSeconds(2));
        Assert.Equal(9, Paths().Length);
        Assert.Equal(9, StackPair.Info(_pair.Server, _pair.ServerSide).Subflows);
        byte[] data = new byte[200_000];
        Assert.Equal(data, _pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void Joins_of_the_peer_count_against_the_limit_too()
    {
        _client.Add(Endpoint(StackPair.ClientB, Subflow), _pair.Now);
        _server.SetLimits(new PathLimits(0, 0));
        Connect();
        Assert.Single(Paths());
    }

    [Fact]
    public void A_connection_that_was_made_without_it_is_not_touched()
    {
        _client.Add(Endpoint(StackPair.ClientB, Subflow), _pair.Now);
        _pair.Connect();
        _client.Add(Endpoint(IpAddr.Parse("10.0.2.1"), Subflow), _pair.Now);
        Run();
        Assert.Single(Paths());
    }

    private static PathEndpoint Endpoint(IpAddr address, PathEndpointFlags flags) => new(0, new Endpoint(address, 0), flags);

    private void Connect(ConnectionOptions? server = null)
    {
        _pair.Connect(
            new ConnectionOptions { PathManager = _client.Create },
            (server ?? new ConnectionOptions()) with { PathManager = _server.Create });
        Run();
    }

    private void Run() => _pair.RunFor(Duration.FromMillis(500));

    private string[] Paths() =>
    [
        .. StackPair.Subflows(_pair.Client, _pair.ClientSide)
            .Where(s => s.Established)
            .Select(s => $"{s.Tuple.Local.Address} -> {s.Tuple.Remote.Address}{(s.Backup ? " backup" : "")}")
            .Order(StringComparer.Ordinal),
    ];
}
