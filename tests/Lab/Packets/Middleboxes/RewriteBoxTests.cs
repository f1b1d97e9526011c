using Multipath.Lab.Packets.Middleboxes;
using Multipath.Lab.Tests.Packets.Support;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets.Middleboxes;

public sealed class RewriteBoxTests
{
    [Fact]
    public void Sequence_numbers_move_by_one_number_for_each_flow_and_come_back_in_acks_and_sack_blocks()
    {
        var world = new OneLink(boxes: new RewriteSequence(99));
        world.Near.Send(0, new TcpBytes { Sequence = 1000, Acknowledgement = 7000 }.ToPacket());
        world.Near.Send(1, new TcpBytes { Sequence = 1500, Acknowledgement = 7000 }.ToPacket());
        world.Near.Send(2, new TcpBytes { Sequence = 1500, SourcePort = 40_001 }.ToPacket());
        world.Network.Start();
        world.Network.RunUntil(new Instant(50_000));
        var moved = Frame(world.Far, 0).Sequence - 1000;
        Assert.NotEqual(0u, moved);
        Assert.Equal(1500 + moved, Frame(world.Far, 1).Sequence);
        Assert.NotEqual(1500 + moved, Frame(world.Far, 2).Sequence);

        world.Far.Send(50_000, Answer(Frame(world.Far, 0), 1000 + moved, 1500 + moved));
        world.Network.Nodes[1].Pump(new Instant(50_000));
        world.Network.RunUntil(new Instant(100_000));

        var answer = Frame(world.Near, 0);
        Assert.True(answer.IsIntact);
        Assert.Equal(7000u, answer.Sequence);
        Assert.Equal(1000u, answer.Acknowledgement);
        var options = new TcpOptionList(answer.Options);
        Assert.True(options.MoveNext());
        Assert.Equal([5, 10, 0, 0, 0x03, 0xE8, 0, 0, 0x05, 0xDC], options.Current.ToArray());
    }

    [Theory]
    [InlineData("10.0.0.1", "10.9.0.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8:9::1", "2001:db8:5::5")]
    public void A_nat_hides_the_near_node_and_lets_answers_in(string near, string far, string outside)
    {
        var world = new OneLink(boxes: new Nat(IpAddr.Parse(outside), Instant.Never));
        var segment = new TcpBytes { Source = IpAddr.Parse(near), Destination = IpAddr.Parse(far), Payload = TcpBytes.Data(11) };
        var seen = segment with { Source = IpAddr.Parse(outside), SourcePort = Nat.FirstPort };
        var answer = new TcpBytes
        {
            Source = seen.Destination,
            SourcePort = 443,
            Destination = seen.Source,
            DestinationPort = seen.SourcePort,
        };
        world.Near.Send(0, segment.ToPacket());
        world.Far.Send(20_000, answer.ToPacket());
        world.Far.Send(20_000, (answer with { SourcePort = 444 }).ToPacket());
        world.Far.Send(20_000, (answer with { DestinationPort = 10_001 }).ToPacket());

        world.Run();

        Assert.Equal(seen.ToPacket(), Assert.Single(world.Far.Received).Bytes);
        var expected = answer with { Destination = segment.Source, DestinationPort = segment.SourcePort };
        Assert.Equal(expected.ToPacket(), Assert.Single(world.Near.Received).Bytes);
        Assert.Equal(0, world.Network.PacketsHeld);
    }

    [Fact]
    public void A_nat_that_forgot_gives_another_port_and_drops_answers_to_the_old_one()
    {
        var world = new OneLink(boxes: new Nat(IpAddr.Parse("192.0.2.1"), new Instant(100_000)));
        var answer = new TcpBytes
        {
            Source = TcpBytes.Far,
            SourcePort = 443,
            Destination = IpAddr.Parse("192.0.2.1"),
            DestinationPort = Nat.FirstPort,
        };
        world.Near.Send(0, new TcpBytes().ToPacket());
        world.Near.Send(200_000, new TcpBytes().ToPacket());
        world.Far.Send(50_000, answer.ToPacket());
        world.Far.Send(150_000, answer.ToPacket());
        world.Far.Send(300_000, answer.ToPacket());

        world.Run();

        Assert.Equal([10_000, 10_001], world.Far.Received.Select((_, index) => (int)Frame(world.Far, index).SourcePort));
        Assert.Single(world.Near.Received);
    }

    [Fact]
    public void One_payload_in_so_many_changes_and_only_the_tcp_checksum_knows()
    {
        var segment = new TcpBytes { Payload = TcpBytes.Data(101) };

        var packets = OneLink.Through(new ChangePayload(2), segment, new TcpBytes(), segment, segment);

        Assert.Equal(segment.ToPacket(), packets[0]);
        byte[] changed = TcpBytes.Data(101);
        changed[50] = (byte)~changed[50];
        Assert.Equal((segment with { Payload = changed }).ToPacket(), packets[2]);
        Assert.Equal(segment.ToPacket(), packets[3]);
    }

    private static TcpFrame Frame(ScriptedNode node, int index)
    {
        Assert.True(TcpFrame.TryRead(node.Received[index].Bytes, out var frame));
        Assert.True(frame.IsIntact);
        return frame;
    }

    private static byte[] Answer(in TcpFrame seen, uint left, uint right) => new TcpBytes
    {
        Source = TcpBytes.Far,
        Destination = TcpBytes.Near,
        SourcePort = seen.DestinationPort,
        DestinationPort = seen.SourcePort,
        Sequence = seen.Acknowledgement,
        Acknowledgement = left,
        Options = [5, 10, .. Big(left), .. Big(right), 1, 1],
    }.ToPacket();

    private static byte[] Big(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
