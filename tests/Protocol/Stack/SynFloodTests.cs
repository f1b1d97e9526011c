using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Handshakes that are begun in great numbers and never completed (RFC 4987).</summary>
public sealed class SynFloodTests
{
    private const uint Flood = 100_000;
    private static readonly StackLimits _limits = new() { HalfOpenPerListener = 100 };

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_hundred_thousand_half_open_handshakes_cost_a_hundred_connections_and_nobody_is_turned_away(bool multipath, bool checksum)
    {
        var pair = Flooded(new ConnectionOptions { Checksum = checksum });
        pair.Connect(new ConnectionOptions { Multipath = multipath });
        Assert.Equal(_limits.HalfOpenPerListener + 1, pair.Server.ConnectionCount);
        Assert.Equal(multipath, StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
        var data = TransferTests.Data(1_000_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
        if (multipath)
        {
            pair.Join();
            Assert.Equal(2, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        }

        pair.RunFor(Duration.FromSeconds(400));
        Assert.Equal(1, pair.Server.ConnectionCount);
    }

    [Fact]
    public void A_client_is_let_in_while_the_flood_goes_on()
    {
        var pair = Flooded();
        uint next = Flood;
        var client = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        for (var i = 0; i < 100; i++)
        {
            FloodWith(pair, ref next, 100);
            pair.RunFor(Duration.FromMicros(500));
        }

        Assert.Equal(ConnectionState.Established, StackPair.Info(pair.Client, client).State);
        Assert.True(StackPair.Info(pair.Client, client).IsMultipath);
        Assert.True(pair.Server.TryAccept(pair.Listener, out _));
        Assert.Equal(_limits.HalfOpenPerListener + 1, pair.Server.ConnectionCount);
    }

    [Fact]
    public void A_lost_third_ack_is_made_good_by_the_first_data()
    {
        var pair = Flooded();
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !fromClient || packet.Has(TcpFlags.Syn) || packet.Payload.Length > 0;
        var client = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(20));
        Assert.Equal(_limits.HalfOpenPerListener, pair.Server.ConnectionCount);
        pair.Client.Write(client, new byte[3_000], pair.Now);
        pair.RunFor(Duration.FromMillis(20));
        Assert.Equal(_limits.HalfOpenPerListener + 1, pair.Server.ConnectionCount);
        Assert.True(StackPair.Info(pair.Client, client).IsMultipath);
    }

    [Fact]
    public void A_guessed_or_an_old_cookie_is_refused()
    {
        var pair = Flooded();
        var random = new SeededEntropy(17);
        var tuple = new FourTuple(new Endpoint(StackPair.ClientA, 1000), StackPair.Service);
        for (var i = 0; i < 10_000; i++)
        {
            pair.Server.HandlePacket(Third(tuple, new Seq32((uint)random.NextUInt64())), default, pair.Now);
        }

        Assert.Equal(_limits.HalfOpenPerListener, pair.Server.ConnectionCount);
        pair.RunFor(Duration.FromMillis(1));
        var fresh = CookieFor(pair, tuple);
        pair.Server.HandlePacket(Third(tuple, fresh + 1), default, pair.Now);
        Assert.Equal(_limits.HalfOpenPerListener + 1, pair.Server.ConnectionCount);

        var other = new FourTuple(new Endpoint(StackPair.ClientA, 1001), StackPair.Service);
        var old = CookieFor(pair, other);
        pair.Server.HandlePacket(Third(tuple with { Local = new Endpoint(StackPair.ClientA, 1002) }, old + 1), default, pair.Now);
        Assert.Equal(_limits.HalfOpenPerListener + 1, pair.Server.ConnectionCount);
        pair.RunFor(Duration.FromSeconds(130));
        var before = pair.Server.ConnectionCount;
        pair.Server.HandlePacket(Third(other, old + 1), default, pair.Now);
        Assert.Equal(before, pair.Server.ConnectionCount);
    }

    [Fact]
    public void A_hundred_thousand_half_open_joins_leave_room_for_an_honest_one()
    {
        var pair = new StackPair().Connect();
        for (uint i = 0; i < Flood; i++)
        {
            var tuple = new FourTuple(new Endpoint(IpAddr.V4(0x0b000000 + i), 1000), new Endpoint(StackPair.ServerB, 80));
            pair.Server.HandlePacket(PacketEdit.Syn(tuple, i, MpJoin.Syn(false, 1, pair.ServerToken, i)), default, pair.Now);
        }

        pair.Client.Paths.CreateSubflow(
            pair.ClientToken, new Endpoint(StackPair.ClientB, 0), 1, new Endpoint(StackPair.ServerB, 80), backup: false);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Single(StackPair.Subflows(pair.Server, pair.ServerSide), one => one is { Established: true, RemoteId: 1 });
        var data = TransferTests.Data(300_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void What_completed_makes_room_for_handshakes_that_are_kept()
    {
        var limits = new StackLimits { HalfOpenPerListener = 8 };
        var pair = new StackPair(server: new StackOptions { Entropy = new SeededEntropy(3), Limits = limits });
        pair.Listen(new ConnectionOptions());
        uint next = 0;
        FloodWith(pair, ref next, 1);
        for (var i = 0; i < 40; i++)
        {
            pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
            pair.RunFor(Duration.FromMillis(50));
        }

        FloodWith(pair, ref next, 100);
        Assert.Equal(40 + 8, pair.Server.ConnectionCount);
    }

    private static StackPair Flooded(ConnectionOptions? options = null)
    {
        // The client's stack must not answer for the addresses that the SYNs were forged from.
        var pair = new StackPair(
            new StackOptions { Entropy = new SeededEntropy(1), LocalAddresses = [StackPair.ClientA, StackPair.ClientB] },
            new StackOptions { Entropy = new SeededEntropy(3), Limits = _limits });
        pair.Listen(options ?? new ConnectionOptions());
        uint next = 0;
        FloodWith(pair, ref next, Flood);
        pair.RunFor(Duration.FromMillis(1));
        Assert.Equal(_limits.HalfOpenPerListener, pair.Server.ConnectionCount);
        return pair;
    }

    private static Seq32 CookieFor(StackPair pair, FourTuple tuple)
    {
        var cookie = default(Seq32);
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            cookie = packet.Has(TcpFlags.Syn) && packet.Tuple.Local == tuple.Local ? packet.Seq : cookie;
            return false;
        };
        pair.Server.HandlePacket(PacketEdit.Syn(tuple, 4_999), default, pair.Now);
        pair.RunFor(Duration.FromMillis(1));
        return cookie;
    }

    private static void FloodWith(StackPair pair, ref uint next, uint count)
    {
        for (uint i = 0; i < count; i++, next++)
        {
            var tuple = new FourTuple(new Endpoint(IpAddr.V4(0x0b000000 + next), 1000), StackPair.Service);
            pair.Server.HandlePacket(PacketEdit.Syn(tuple, next, capable: MpCapable.Syn(CapableFlags.HmacSha256)), default, pair.Now);
        }
    }

    private static byte[] Third(in FourTuple tuple, Seq32 ack) =>
        PacketEdit.Create(tuple, new SegmentHeader { Seq = new Seq32(5_000), Ack = ack, Flags = TcpFlags.Ack, Window = 1_000 });
}
