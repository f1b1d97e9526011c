using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

public sealed class ListenerTests
{
    private static readonly Endpoint _anyPort = new(StackPair.ClientA, 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_listener_that_stops_leaves_accepted_connections_alone(bool multipath)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath });
        pair.Server.StopListening(pair.Listener, pair.Now);
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
        Assert.DoesNotContain(pair.ServerEvents, one => one.Kind == StackEventKind.Ended);
    }

    [Fact]
    public void A_listener_that_stops_leaves_accepted_connections_alone_that_are_over()
    {
        var pair = new StackPair().Connect();
        pair.Server.Close(pair.ServerSide, pair.Now);
        pair.RunFor(Duration.FromMillis(20));
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        pair.Server.StopListening(pair.Listener, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
        Assert.Equal(1, pair.Server.ConnectionCount);
    }

    [Fact]
    public void A_listener_that_stops_resets_what_was_not_accepted_and_forgets_what_is_under_way()
    {
        var pair = new StackPair().Listen(new ConnectionOptions());
        var waiting = pair.Client.Connect(_anyPort, StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        pair.Passes = (bool fromClient, in ParsedPacket packet) => fromClient || !packet.Has(TcpFlags.Syn);
        pair.Client.Connect(_anyPort, StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal(2, pair.Server.ConnectionCount);
        pair.Server.StopListening(pair.Listener, pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal(0, pair.Server.ConnectionCount);
        Assert.Contains(pair.ClientEvents, one => one.Kind == StackEventKind.Ended && one.Connection == waiting);
    }
}
