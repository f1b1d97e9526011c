using Multipath.Lab.Packets;
using Multipath.Lab.Tests.Packets.Support;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets;

public sealed class LaneTests
{
    private const int Many = 20_000;

    private static readonly TcpBytes _segment = new() { Payload = TcpBytes.Data(960) };

    [Fact]
    public void A_packet_takes_its_time_at_the_bottleneck_and_on_the_way()
    {
        var world = new OneLink();
        world.Near.Send(0, _segment.ToPacket());
        world.Near.Send(0, _segment.ToPacket());
        world.Near.Send(5000, _segment.ToPacket());

        world.Run();

        Assert.Equal([11_000, 12_000, 16_000], world.Far.Received.Select(received => received.At.Micros));
        Assert.Equal(_segment.ToPacket(), world.Far.Received[0].Bytes);
    }

    [Fact]
    public void The_queue_drops_what_it_has_no_room_for()
    {
        var world = new OneLink(OneLink.Plain with { QueueBytes = 3000 });
        foreach (var at in (long[])[0, 0, 0, 0, 1000])
        {
            world.Near.Send(at, _segment.ToPacket());
        }

        world.Run();

        Assert.Equal([11_000, 12_000, 13_000, 14_000], world.Far.Received.Select(received => received.At.Micros));
        Assert.Equal(1, world.Link.Up.Counters.QueueDrops);
        Assert.Equal(0, world.Network.PacketsHeld);
    }

    [Fact]
    public void Packets_are_lost_as_often_as_said()
    {
        var world = Flood(OneLink.Plain with { Loss = LossModel.Random(0.1) });

        Assert.InRange(world.Link.Up.Counters.Lost, 0.09 * Many, 0.11 * Many);
        Assert.Equal(Many - world.Link.Up.Counters.Lost, world.Far.Received.Count);
        Assert.Equal(0, world.Network.PacketsHeld);
    }

    [Fact]
    public void Losses_come_in_bursts_and_as_often_as_said_in_the_long_run()
    {
        var world = Flood(OneLink.Plain with { Loss = LossModel.Bursts(0.1, 20) });

        Assert.InRange(world.Link.Up.Counters.Lost, 0.07 * Many, 0.13 * Many);
        var gaps = world.Far.Received.Zip(world.Far.Received.Skip(1), (one, next) => next.At.Micros - one.At.Micros);

        // Of twenty packets in a row, half lost, all survive once in a million times when they are lost by themselves.
        Assert.Contains(gaps, gap => gap >= 6 * 2000);
    }

    [Fact]
    public void Jitter_delays_and_keeps_the_order()
    {
        var world = Flood(OneLink.Plain with { Jitter = Duration.FromMillis(30) });

        Assert.Equal(Enumerable.Range(0, Many), world.Far.Received.Select(Number));
        Assert.Contains(world.Far.Received, received => Latency(received) > 35_000);
        Assert.All(world.Far.Received, received => Assert.InRange(Latency(received), 11_000, 41_001));
    }

    [Fact]
    public void Packets_that_are_held_back_are_overtaken()
    {
        var world = Flood(OneLink.Plain with { Reorder = 0.05, ReorderBy = Duration.FromMillis(20) });

        Assert.InRange(world.Link.Up.Counters.Reordered, 0.04 * Many, 0.06 * Many);
        Assert.Equal(Many, world.Far.Received.Count);
        var numbers = world.Far.Received.Select(Number).ToList();
        var overtaken = numbers.Zip(numbers.Skip(1)).Count(pair => pair.Second < pair.First);
        Assert.InRange(overtaken, 0.03 * Many, 0.06 * Many);
    }

    [Fact]
    public void Packets_come_twice()
    {
        var world = Flood(OneLink.Plain with { Duplicate = 0.05 });

        Assert.InRange(world.Link.Up.Counters.Duplicated, 0.04 * Many, 0.06 * Many);
        Assert.Equal(Many + world.Link.Up.Counters.Duplicated, world.Far.Received.Count);
        Assert.Equal(Enumerable.Range(0, Many), world.Far.Received.Select(Number).Distinct());
    }

    [Fact]
    public void A_damaged_packet_has_one_wrong_byte()
    {
        var world = Flood(OneLink.Plain with { Corrupt = 0.05 });

        var damaged = world.Far.Received
            .Select((received, number) => Packet(number).Zip(received.Bytes).Count(pair => pair.First != pair.Second))
            .Where(wrong => wrong > 0)
            .ToList();
        Assert.InRange(damaged.Count, 0.04 * Many, 0.06 * Many);
        Assert.All(damaged, wrong => Assert.Equal(1, wrong));
        Assert.Equal(world.Link.Up.Counters.Corrupted, damaged.Count);
    }

    [Theory]
    [InlineData(LinkState.Down)]
    [InlineData(LinkState.Blackhole)]
    internal void What_meets_an_outage_at_either_end_is_gone(LinkState state)
    {
        var world = new OneLink();
        foreach (var at in (long[])[0, 5_000, 30_000, 50_000])
        {
            world.Near.Send(at, _segment.ToPacket());
        }

        world.Network.Play([new StateChange(new Instant(15_000), 0, state), new StateChange(new Instant(40_000), 0, LinkState.Up)]);
        world.Run();

        Assert.Equal([11_000, 61_000], world.Far.Received.Select(received => received.At.Micros));
        Assert.Equal(2, world.Link.Up.Counters.OutageDrops);
        Assert.Equal(0, world.Network.PacketsHeld);
    }

    [Fact]
    public void Knobs_change_while_it_runs()
    {
        var world = new OneLink();
        world.Near.Send(0, _segment.ToPacket());
        world.Near.Send(20_000, _segment.ToPacket());
        var slower = LinkKnobs.Same(new LaneKnobs(800_000, Duration.FromMillis(50), 15_000));
        world.Network.Play([new KnobsChange(new Instant(15_000), 0, slower)]);

        world.Run();

        Assert.Equal([11_000, 80_000], world.Far.Received.Select(received => received.At.Micros));
    }

    /// <summary>Packets at half of the lane's rate, each with its number as its sequence.</summary>
    private static OneLink Flood(LaneKnobs knobs)
    {
        var world = new OneLink(knobs);
        for (var number = 0; number < Many; number++)
        {
            world.Near.Send(number * 2000L, Packet(number));
        }

        return world.Run();
    }

    private static byte[] Packet(int number) => (_segment with { Sequence = (uint)number }).ToPacket();

    private static int Number((Instant At, byte[] Bytes) received) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(received.Bytes.AsSpan(24));

    private static long Latency((Instant At, byte[] Bytes) received) => received.At.Micros - (Number(received) * 2000L);
}
