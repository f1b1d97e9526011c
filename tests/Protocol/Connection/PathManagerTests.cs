using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;

namespace Multipath.Protocol.Tests.Connection;

public sealed class PathManagerTests
{
    [Fact]
    public void By_the_kernels_rules_a_second_address_of_the_client_becomes_a_subflow()
    {
        var pair = new StackPair().Connect(
            With(new PathLimits(2, 0), new PathEndpoint(1, new Endpoint(StackPair.ClientB, 0), PathEndpointFlags.Subflow)),
            With(new PathLimits(2, 0)));
        pair.RunFor(Duration.FromMillis(100));
        var second = Assert.Single(StackPair.Subflows(pair.Client, pair.ClientSide), one => one.LocalId == 1);
        Assert.Equal(StackPair.Service, second.Tuple.Remote);
        Assert.Equal(2, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    [Fact]
    public void By_the_kernels_rules_an_announced_address_is_joined()
    {
        var pair = new StackPair().Connect(
            With(new PathLimits(2, 2)),
            With(new PathLimits(2, 0), new PathEndpoint(1, new Endpoint(StackPair.ServerB, 0), PathEndpointFlags.Signal)));
        pair.RunFor(Duration.FromMillis(200));
        Assert.Contains(StackPair.Subflows(pair.Client, pair.ClientSide), one => one.Tuple.Remote == new Endpoint(StackPair.ServerB, 80));
        var data = TransferTests.Data(500_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void By_the_kernels_rules_joins_beyond_the_limit_are_refused()
    {
        var pair = new StackPair().Connect(new ConnectionOptions(), With(new PathLimits(0, 0)));
        pair.Join();
        Assert.Equal(1, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    private static ConnectionOptions With(PathLimits limits, params PathEndpoint[] endpoints) => new()
    {
        PathManager = () =>
        {
            var table = new EndpointTable();
            Assert.Equal(EndpointResult.Ok, table.SetLimits(limits));
            foreach (var endpoint in endpoints)
            {
                Assert.Equal(EndpointResult.Ok, table.TryAdd(endpoint, out _));
            }

            return new KernelRules(table);
        },
    };
}
