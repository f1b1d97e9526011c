using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Stacks;

public sealed class PortShareTests
{
    [Fact]
    public void A_stack_picks_and_takes_the_ports_of_its_share_alone()
    {
        var stack = new Stack(new StackOptions { Entropy = new SeededEntropy(1), PortShare = new PortShare(1, 3) });
        var ports = Enumerable.Range(0, 100).Select(_ => Connect(stack, 0)).ToArray();
        Assert.Equal(100, ports.Distinct().Count());
        Assert.All(ports, port => Assert.Equal(1, port % 3));
        Assert.Equal((4000, 0, 0), (Connect(stack, 4000), Connect(stack, 4001), Connect(stack, 4002)));
    }

    /// <summary>The port that a connection got; 0 for none.</summary>
    private static int Connect(Stack stack, ushort port)
    {
        var id = stack.Connect(new Endpoint(StackPair.ClientA, port), StackPair.Service, new ConnectionOptions(), new Instant(1));
        return stack.TryGetInfo(id, out var info) ? info.Tuple.Local.Port : 0;
    }
}
