using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

public sealed class HostileTests
{
    private static readonly Endpoint _second = new(StackPair.ServerB, 80);

    [Fact]
    public void A_hundred_thousand_half_open_joins_cost_four_subflows()
    {
        var pair = new StackPair().Connect();
        for (uint i = 0; i < 100_000; i++)
        {
            var tuple = new FourTuple(new Endpoint(IpAddr.V4(0x0b000000 + i), 1000), _second);
            pair.Server.HandlePacket(PacketEdit.Syn(tuple, i, MpJoin.Syn(false, 1, pair.ServerToken, i)), default, pair.Now);
        }

        Assert.Equal(1 + new StackLimits().HalfOpenJoins, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        pair.RunFor(Duration.FromSeconds(300));
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        pair.Join();
        Assert.Equal(2, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    [Fact]
    public void A_full_backlog_drops_syns()
    {
        var limits = new StackLimits { Backlog = 3 };
        var pair = new StackPair(server: new StackOptions { Entropy = new SeededEntropy(3), Limits = limits });
        pair.Server.Listen(StackPair.Service, new ConnectionOptions());
        for (var i = 0; i < 10; i++)
        {
            pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
            pair.RunFor(Duration.FromMillis(50));
        }

        Assert.Equal(3, pair.Server.ConnectionCount);
    }

    [Fact]
    public void Spoofed_resets_and_syns_do_not_end_a_connection()
    {
        var pair = new StackPair().Connect();
        var tuple = StackPair.Subflows(pair.Client, pair.ClientSide).Single().Tuple;
        var random = new SeededEntropy(5);
        for (var i = 0; i < 10_000; i++)
        {
            var flags = (i & 1) == 0 ? TcpFlags.Rst : TcpFlags.Syn;
            var header = new SegmentHeader { Seq = new Seq32((uint)random.NextUInt64()), Flags = flags, Window = 100 };
            pair.Server.HandlePacket(PacketEdit.Create(tuple, header), default, pair.Now);
        }

        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.True(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
    }

    [Fact]
    public void A_storm_of_acks_is_not_answered_with_a_storm()
    {
        var pair = new StackPair().Connect();
        var tuple = StackPair.Subflows(pair.Client, pair.ClientSide).Single().Tuple;
        var random = new SeededEntropy(6);
        var before = pair.Packets;
        for (var i = 0; i < 10_000; i++)
        {
            var header = new SegmentHeader
            {
                Seq = new Seq32((uint)random.NextUInt64()),
                Ack = new Seq32((uint)random.NextUInt64()),
                Flags = TcpFlags.Ack,
                Window = 100,
            };
            pair.Inject(toServer: true, PacketEdit.Create(tuple, header));
        }

        pair.RunFor(Duration.FromMillis(100));

        // RFC 5961 section 7: ten in five seconds.
        Assert.InRange(pair.Packets - before, 1, 10);
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void Strays_are_answered_with_a_bounded_number_of_resets()
    {
        var pair = new StackPair();
        for (uint i = 0; i < 10_000; i++)
        {
            var tuple = new FourTuple(new Endpoint(StackPair.ClientA, 1000), new Endpoint(StackPair.ServerA, (ushort)i));
            pair.Server.HandlePacket(PacketEdit.Syn(tuple, i), default, pair.Now);
        }

        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal(StrayReplies.MaxWaiting, pair.Packets);
    }

    [Fact]
    public void A_connection_to_a_closed_port_is_refused()
    {
        var pair = new StackPair();
        pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Refused });
        Assert.Equal(0, pair.Client.ConnectionCount);
    }

    [Fact]
    public void Data_that_comes_again_with_other_content_changes_nothing()
    {
        var pair = new StackPair().Connect();
        pair.Rewrite = (fromClient, packet) =>
        {
            if (fromClient)
            {
                pair.Inject(toServer: true, packet);
                pair.Inject(toServer: true, Forge(packet));
            }

            return packet;
        };
        var data = TransferTests.Data(200_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void A_window_that_shrinks_does_not_confuse_the_sender()
    {
        var random = new SeededEntropy(8);
        var pair = new StackPair().Connect();
        pair.Rewrite =
            (fromClient, packet) => fromClient ? packet : PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
            header.Window = random.Below(3) == 0 ? (ushort)random.Below(header.Window + 1) : header.Window);
        var data = TransferTests.Data(500_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void A_window_that_stays_closed_is_probed_and_ends_with_an_abort_only()
    {
        var pair = new StackPair().Connect();
        pair.Rewrite =
            (fromClient, packet) => fromClient ? packet : Close(packet);
        pair.Client.Write(pair.ClientSide, TransferTests.Data(1_000_000), pair.Now);
        pair.RunFor(Duration.FromSeconds(600));
        Assert.InRange(pair.Packets, 5, 300);
        Assert.Equal(ConnectionState.Established, StackPair.Info(pair.Client, pair.ClientSide).State);
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(0, pair.Client.ConnectionCount);
        Assert.Equal(0, pair.Client.BufferBytes);
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    [InlineData(3ul)]
    public void Packets_with_any_bytes_changed_never_throw_and_memory_stays_bounded(ulong seed)
    {
        var random = new SeededEntropy(seed);
        var pair = new StackPair().Connect(new ConnectionOptions { Checksum = seed == 2 }).Join();
        pair.Rewrite = (fromClient, packet) =>
        {
            var broken = (byte[])packet.Clone();
            for (var i = random.Below(4); i >= 0; i--)
            {
                broken[20 + random.Below(broken.Length - 20)] = (byte)random.Below(256);
            }

            var target = fromClient ? pair.Server : pair.Client;
            target.HandlePacket(broken, new PacketInfo { ChecksumTrusted = true }, pair.Now);
            target.HandlePacket(broken.AsSpan(0, random.Below(broken.Length)), new PacketInfo { ChecksumTrusted = true }, pair.Now);
            return packet;
        };
        pair.Transfer(fromClient: true, TransferTests.Data(200_000), Duration.FromSeconds(30));
        Assert.InRange(pair.Server.BufferBytes, 0, 16 << 20);
        Assert.InRange(pair.Server.ConnectionCount, 0, 5);
    }

    [Fact]
    public void Memory_has_a_bound_over_all_connections()
    {
        var limits = new StackLimits { BufferMemory = 1 << 20 };
        var pair = new StackPair(server: new StackOptions { Entropy = new SeededEntropy(3), Limits = limits });
        pair.Connect();
        var ids = new List<ConnectionId> { pair.ClientSide };
        for (var i = 0; i < 40; i++)
        {
            var options = new ConnectionOptions { Multipath = i % 2 == 0 };
            ids.Add(pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, options, pair.Now));
        }

        pair.RunFor(Duration.FromMillis(100));
        foreach (var id in ids)
        {
            pair.Client.Write(id, TransferTests.Data(200_000), pair.Now);
        }

        pair.RunFor(Duration.FromSeconds(5));
        Assert.InRange(pair.Server.BufferBytes, 0, 1 << 20);
    }

    private static byte[] Forge(byte[] packet) =>
        PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) => payload.AsSpan().Fill(0xee));

    private static byte[] Close(byte[] packet) =>
        PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) => header.Window = 0);
}
