using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;
using static Multipath.Protocol.Paths.PathEndpointFlags;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>The kernel's rules on both ends of a connection between real stacks.</summary>
public sealed class KernelPathsTests
{
    private readonly StackPair _pair = new();
    private readonly KernelPaths _client;
    private readonly KernelPaths _server;
    private int _clientEvents;
    private int _serverEvents;

    public KernelPathsTests()
    {
        _client = new KernelPaths(_pair.Client.Paths);
        _server = new KernelPaths(_pair.Server.Paths);
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

    private static PathEndpoint Endpoint(IpAddr address, PathEndpointFlags flags) => new(0, new Endpoint(address, 0), flags);

    private void Connect()
    {
        _pair.Connect();
        Run();

        // The client is fully established once the peer has acknowledged data.
        _pair.Transfer(fromClient: true, new byte[1000]);
        Run();
    }

    private void Run()
    {
        for (int i = 0; i < 5; i++)
        {
            Feed(_client, _pair.ClientEvents, ref _clientEvents);
            Feed(_server, _pair.ServerEvents, ref _serverEvents);
            _pair.RunFor(Duration.FromMillis(100));
        }
    }

    private void Feed(KernelPaths paths, List<StackEvent> events, ref int seen)
    {
        for (; seen < events.Count; seen++)
        {
            paths.HandleEvent(events[seen], _pair.Now);
        }
    }

    private string[] Paths() =>
    [
        .. StackPair.Subflows(_pair.Client, _pair.ClientSide)
            .Where(s => s.Established)
            .Select(s => $"{s.Tuple.Local.Address} -> {s.Tuple.Remote.Address}{(s.Backup ? " backup" : "")}")
            .Order(StringComparer.Ordinal),
    ];
}
