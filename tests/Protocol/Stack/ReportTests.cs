using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

public sealed class ReportTests
{
    [Fact]
    public void The_events_have_the_order_and_shape_of_mptcp_pm()
    {
        var pair = new StackPair().Connect().Join();
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(
            [
                StackEventKind.Created, StackEventKind.Connected, StackEventKind.Established, StackEventKind.SubflowEstablished,
                StackEventKind.Closed, StackEventKind.Ended, StackEventKind.SubflowClosed, StackEventKind.SubflowClosed,
            ],
            pair.ClientEvents.Select(one => one.Kind));
        Assert.Equal(
            [
                StackEventKind.ListenerCreated, StackEventKind.Created, StackEventKind.Connected, StackEventKind.Acceptable,
                StackEventKind.Established,
            ],
            pair.ServerEvents.Take(5).Select(one => one.Kind));
        Assert.All(pair.ClientEvents, one => Assert.Equal(pair.ClientEvents[0].Token, one.Token));
        Assert.All(pair.ServerEvents.Skip(1), one => Assert.True(one.ServerSide));
    }

    [Fact]
    public void Nothing_begins_at_an_address_that_is_none_of_the_stacks()
    {
        var options = new StackOptions { Entropy = new SeededEntropy(1), LocalAddresses = [StackPair.ClientA] };
        var pair = new StackPair(options).Connect();
        var (elsewhere, remote) = (new Endpoint(StackPair.ClientB, 0), new Endpoint(StackPair.ServerB, 80));
        Assert.Equal(PmResult.AddressNotLocal, pair.Client.Paths.CreateSubflow(pair.ClientToken, elsewhere, 1, remote, false));
        Assert.Equal(default, pair.Client.Connect(elsewhere, remote, new ConnectionOptions(), pair.Now));
        Assert.Single(StackPair.Subflows(pair.Client, pair.ClientSide));
    }

    [Fact]
    public void The_numbers_add_up()
    {
        var pair = new StackPair().Connect().Join();
        var data = TransferTests.Data(1_000_000);
        pair.Transfer(fromClient: true, data);
        pair.RunFor(Duration.FromMillis(200));
        var sender = StackPair.Info(pair.Client, pair.ClientSide);
        Assert.Equal(data.Length, sender.BytesWritten);
        Assert.Equal(data.Length, sender.BytesAcknowledged);
        Assert.Equal(0, sender.Unsent + sender.InFlight);
        Assert.Equal(1, sender.SubflowsJoined);
        Assert.Equal(data.Length, StackPair.Info(pair.Server, pair.ServerSide).BytesReceived);
        var subflows = StackPair.Subflows(pair.Client, pair.ClientSide);
        Assert.Equal(data.Length, subflows.Sum(one => one.BytesAcknowledged) - sender.BytesReinjected);
        Assert.All(subflows, one => Assert.InRange(one.Srtt.TotalMilliseconds, 10, 11));
    }

    [Fact]
    public void Lost_segments_are_counted_for_good_and_bytes_that_came_again_are_not()
    {
        var pair = new StackPair().Connect();
        var data = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !(fromClient && packet.Payload.Length > 0 && ++data == 3);
        Assert.Equal(10_000, pair.Transfer(fromClient: true, new byte[10_000]).Length);
        pair.RunFor(Duration.FromSeconds(1));
        var sender = StackPair.Subflows(pair.Client, pair.ClientSide).Single();
        Assert.Equal((1, 1, 0), (sender.Lost, sender.Retransmissions, sender.Timeouts));

        // The answers are lost, so that what came is sent again.
        pair.Passes = (bool fromClient, in ParsedPacket packet) => fromClient;
        pair.Client.Write(pair.ClientSide, new byte[1000], pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        pair.Passes = (bool fromClient, in ParsedPacket packet) => true;
        pair.RunFor(Duration.FromSeconds(5));
        Assert.True(StackPair.Subflows(pair.Client, pair.ClientSide).Single().Retransmissions > 1);
        Assert.Equal(11_000, StackPair.Subflows(pair.Server, pair.ServerSide).Single().BytesReceived);
    }

    [Fact]
    public void What_is_lost_is_outstanding_until_it_is_acknowledged_and_a_fin_never_is()
    {
        var pair = new StackPair().Connect();
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !fromClient;
        pair.Client.Write(pair.ClientSide, new byte[5_000], pair.Now);
        var least = long.MaxValue;
        for (var i = 0; i < 300; i++)
        {
            pair.RunFor(Duration.FromMillis(10));
            var cut = StackPair.Subflows(pair.Client, pair.ClientSide).Single();
            Assert.Equal(5_000, cut.Outstanding);
            least = Math.Min(least, cut.InFlight);
        }

        Assert.True(least < 5_000);
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !(fromClient && packet.Has(TcpFlags.Fin));
        pair.RunFor(Duration.FromSeconds(10));
        pair.Server.Close(pair.ServerSide, pair.Now);
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.Server.Read(pair.ServerSide, new byte[5_000], pair.Now);
        pair.RunFor(Duration.FromMillis(50));
        var closing = StackPair.Subflows(pair.Client, pair.ClientSide).Single();
        Assert.Equal((false, true, 1, 0), (closing.Established, closing.Closing, closing.InFlight, closing.Outstanding));
    }

    [Fact]
    public void A_subflow_is_found_by_its_ends()
    {
        var pair = new StackPair().Connect().Join();
        foreach (var subflow in StackPair.Subflows(pair.Client, pair.ClientSide))
        {
            Assert.True(pair.Client.Paths.TryGetSubflow(subflow.Tuple, out var found));
            Assert.Equal(subflow, found);
            Assert.False(pair.Client.Paths.TryGetSubflow(subflow.Tuple.Reversed, out _));
        }
    }

    [Fact]
    public void The_window_grows_while_the_reader_keeps_up()
    {
        var pair = new StackPair { Delay = Duration.FromMillis(50) }.Connect(new ConnectionOptions { InitialReceiveWindow = 64 << 10 });
        pair.Transfer(fromClient: true, TransferTests.Data(8_000_000));
        Assert.True(StackPair.Info(pair.Server, pair.ServerSide).ReceiveWindow >= 1 << 20);
    }

    [Fact]
    public void A_writer_that_found_no_room_is_told_when_there_is()
    {
        var pair = new StackPair().Connect(new ConnectionOptions { SendBufferLimit = 100_000 });
        Assert.Equal(100_000, pair.Client.Write(pair.ClientSide, new byte[150_000], pair.Now));
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Single(pair.ClientEvents, one => one.Kind == StackEventKind.Writable);
    }

    [Fact]
    public void Names_of_connections_are_never_used_again()
    {
        var pair = new StackPair();
        var first = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        var second = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        Assert.NotEqual(first, second);
        Assert.Equal(Stack.Gone, pair.Client.Write(first, new byte[1], pair.Now));
        Assert.False(pair.Client.TryGetInfo(first, out _));
        Assert.Equal(Stack.Gone, pair.Client.Read(default, new byte[1], pair.Now));
    }

    [Fact]
    public void Unknown_names_of_parts_are_refused_at_once()
    {
        var stack = new Stack(new StackOptions { Entropy = new SeededEntropy(1) });
        Assert.Throws<ArgumentException>(() => stack.Listen(StackPair.Service, new ConnectionOptions { Scheduler = "nonsense" }));
        Assert.Throws<ArgumentException>(() => stack.Listen(StackPair.Service, new ConnectionOptions { Congestion = "nonsense" }));
    }
}
