using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>A connection that only answers late segments stands in nobody's way (RFC 9293 section 3.6.1, RFC 6191).</summary>
public sealed class TimeWaitTests
{
    private static readonly Endpoint _local = new(StackPair.ClientA, 40_000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_new_syn_between_the_same_ends_begins_a_connection_whose_numbers_follow(bool multipath)
    {
        var pair = new StackPair().Listen(new ConnectionOptions { Multipath = multipath });
        var (fromClient, fromServer) = (default(Seq32), default(Seq32));
        SegmentHeader? answer = null;
        pair.Passes = (bool isClient, in ParsedPacket packet) =>
        {
            if (!isClient && packet.Has(TcpFlags.Syn | TcpFlags.Ack))
            {
                answer = new SegmentHeader { Seq = packet.Seq, Ack = packet.Ack };
            }
            else
            {
                _ = isClient ? fromClient = packet.Seq + packet.SequenceLength : fromServer = packet.Seq + packet.SequenceLength;
            }

            return true;
        };
        CloseFromServer(pair, _local);
        Assert.Equal(1, pair.Server.ConnectionCount);
        Assert.Equal(0, pair.Client.ConnectionCount);

        var tuple = new FourTuple(_local, StackPair.Service);
        answer = null;
        var last = fromServer;
        var syn = fromClient + 1000;
        pair.Inject(toServer: true, PacketEdit.Syn(tuple, syn.Value));
        pair.RunFor(Duration.Zero);
        Assert.Equal(syn + 1, answer!.Value.Ack);
        Assert.True(answer.Value.Seq > last, $"{answer.Value.Seq} follows {last}");
        pair.Passes = (bool isClient, in ParsedPacket packet) => false;
        var third = new SegmentHeader { Seq = syn + 1, Ack = answer.Value.Seq + 1, Flags = TcpFlags.Ack, Window = 1000 };
        pair.Inject(toServer: true, PacketEdit.Create(tuple, third));
        pair.RunFor(Duration.Zero);
        Assert.True(pair.Server.TryAccept(pair.Listener, out _));
        Assert.Equal(1, pair.Server.ConnectionCount);
    }

    [Fact]
    public void An_old_syn_between_the_same_ends_begins_nothing()
    {
        var pair = new StackPair().Listen(new ConnectionOptions());
        var first = default(Seq32);
        var answers = 0;
        pair.Passes = (bool isClient, in ParsedPacket packet) =>
        {
            first = isClient && packet.Has(TcpFlags.Syn) ? packet.Seq : first;
            answers += !isClient && packet.Has(TcpFlags.Syn) ? 1 : 0;
            return true;
        };
        CloseFromServer(pair, _local);
        pair.Inject(toServer: true, PacketEdit.Syn(new FourTuple(_local, StackPair.Service), first.Value));
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal(1, answers);
        Assert.Equal(1, pair.Server.ConnectionCount);
    }

    [Fact]
    public void Without_a_listener_a_syn_begins_nothing()
    {
        var pair = new StackPair().Listen(new ConnectionOptions());
        CloseFromServer(pair, _local);
        pair.Server.StopListening(pair.Listener, pair.Now);
        for (uint i = 0; i < 4; i++)
        {
            pair.Inject(toServer: true, PacketEdit.Syn(new FourTuple(_local, StackPair.Service), (i << 30) + 77));
        }

        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal(1, pair.Server.ConnectionCount);
    }

    [Fact]
    public void A_full_table_of_them_makes_room_and_the_oldest_goes_first()
    {
        const int Limit = 10;
        var pair = WithRoomFor(Limit);
        var kept = Connect(pair, new Endpoint(StackPair.ClientA, 10_000));
        for (var i = 1; i <= 3 * Limit; i++)
        {
            CloseFromServer(pair, new Endpoint(StackPair.ClientA, (ushort)(20_000 + i)));
            Assert.Equal(Math.Min(Limit, i + 1), pair.Server.ConnectionCount);
        }

        // What still runs is not touched; of the others the youngest are left.
        Assert.Equal(ConnectionState.Established, StackPair.Info(pair.Server, kept).State);
        var answered = new List<int>();
        pair.Passes = (bool isClient, in ParsedPacket packet) =>
        {
            if (!isClient && !packet.Has(TcpFlags.Rst))
            {
                answered.Add(packet.Tuple.Local.Port - 20_000);
            }

            return false;
        };
        for (var i = 1; i <= 3 * Limit; i++)
        {
            var tuple = new FourTuple(new Endpoint(StackPair.ClientA, (ushort)(20_000 + i)), StackPair.Service);
            var late = new SegmentHeader { Flags = TcpFlags.Fin | TcpFlags.Ack, Seq = new Seq32(77) };
            pair.Inject(toServer: true, PacketEdit.Create(tuple, late));
        }

        pair.RunFor(Duration.FromMillis(10));
        Assert.Equal(Enumerable.Range((2 * Limit) + 2, Limit - 1), answered);
    }

    [Fact]
    public void Connections_that_run_are_never_pushed_out()
    {
        var pair = WithRoomFor(2);
        Connect(pair, new Endpoint(StackPair.ClientA, 1));
        Connect(pair, new Endpoint(StackPair.ClientA, 2));
        pair.Client.Connect(new Endpoint(StackPair.ClientA, 3), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.False(pair.Server.TryAccept(pair.Listener, out _));
        Assert.Equal(2, pair.Server.ConnectionCount);
    }

    private static StackPair WithRoomFor(int connections)
    {
        var limits = new StackLimits { Connections = connections };
        return new StackPair(server: new StackOptions { Entropy = new SeededEntropy(3), Limits = limits }).Listen(new ConnectionOptions());
    }

    private static void CloseFromServer(StackPair pair, Endpoint local)
    {
        var accepted = Connect(pair, local);
        var id = pair.ClientEvents.Last(one => one.Kind == StackEventKind.Connected).Connection;
        pair.Server.Close(accepted, pair.Now);
        pair.RunFor(Duration.FromMillis(50));
        pair.Client.Close(id, pair.Now);
        pair.RunFor(Duration.FromMillis(100));
    }

    private static ConnectionId Connect(StackPair pair, Endpoint local)
    {
        pair.Client.Connect(local, StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.True(pair.Server.TryAccept(pair.Listener, out var accepted));
        return accepted;
    }
}
