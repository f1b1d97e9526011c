using Multipath.Lab.Net;

namespace Multipath.Lab.Tests.Net;

public sealed class LinkShaperTests
{
    private const long Millisecond = 1_000_000;

    /// <summary>12 Mbit/s: a packet of 1,500 bytes takes exactly a millisecond.</summary>
    private static readonly LinkKnobs Knobs = new(12_000_000, TimeSpan.FromMilliseconds(10), 4500);

    [Fact]
    public void A_lone_packet_takes_its_serialisation_and_the_delay()
    {
        var shaper = new LinkShaper(Knobs, seed: 1);
        Assert.True(shaper.HandleArrival(0, 1500));

        Assert.Equal(11 * Millisecond, shaper.NextDeadline);
        Assert.False(shaper.TryDeliver((11 * Millisecond) - 1, out _, out _));
        Assert.True(shaper.TryDeliver(11 * Millisecond, out _, out var bytes));
        Assert.Equal(1500, bytes);
        Assert.Equal(long.MaxValue, shaper.NextDeadline);
    }

    [Fact]
    public void Packets_leave_at_the_bottlenecks_rate_in_their_own_slots()
    {
        var shaper = new LinkShaper(Knobs, seed: 1);
        var slots = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            slots.Add(shaper.FreeSlot);
            Assert.True(shaper.HandleArrival(0, 1500));
        }

        Assert.Equal([(11L, slots[0]), (12L, slots[1]), (13L, slots[2])], Deliveries(shaper));
    }

    [Fact]
    public void The_queue_drops_at_its_tail_and_does_not_count_the_packet_in_service()
    {
        var shaper = new LinkShaper(Knobs, seed: 1);

        // One in service and three that wait fill 4,500 bytes.
        Assert.Equal([true, true, true, true, false], Enumerable.Range(0, 5).Select(_ => shaper.HandleArrival(0, 1500)));
        Assert.Equal(4500, shaper.Counters.QueuedBytes);
        Assert.Equal(1, shaper.Counters.QueueDrops);

        Assert.True(shaper.HandleArrival(Millisecond, 1500));
    }

    [Fact]
    public void More_packets_than_slots_are_dropped_whatever_the_queue_allows()
    {
        var shaper = new LinkShaper(Knobs with { QueueBytes = int.MaxValue }, seed: 1);
        for (var i = 0; i < LinkShaper.SlotCount; i++)
        {
            Assert.True(shaper.HandleArrival(0, 100));
        }

        Assert.Equal(-1, shaper.FreeSlot);
        Assert.False(shaper.HandleArrival(0, 100));
    }

    [Fact]
    public void A_new_rate_holds_for_packets_whose_service_has_not_begun()
    {
        var shaper = new LinkShaper(Knobs, seed: 1);
        shaper.HandleArrival(0, 1500);
        shaper.HandleArrival(0, 1500);
        shaper.Configure(Millisecond / 2, Knobs with { BitsPerSecond = 6_000_000 });

        Assert.Equal([11L, 13L], Deliveries(shaper).Select(d => d.AtMs));
    }

    [Fact]
    public void A_shorter_delay_does_not_let_packets_overtake()
    {
        var shaper = new LinkShaper(Knobs, seed: 1);
        shaper.HandleArrival(0, 1500);
        shaper.TryDeliver(Millisecond, out _, out _);
        shaper.Configure(Millisecond, Knobs with { Delay = TimeSpan.Zero });
        shaper.HandleArrival(Millisecond, 1500);

        Assert.Equal([11L, 11L], Deliveries(shaper).Select(d => d.AtMs));
    }

    [Fact]
    public void Lost_packets_take_their_time_at_the_bottleneck()
    {
        var shaper = new LinkShaper(Knobs with { Loss = 1 }, seed: 1);
        shaper.HandleArrival(0, 1500);
        shaper.Configure(Millisecond / 2, Knobs);
        shaper.HandleArrival(Millisecond / 2, 1500);

        Assert.Equal([12L], Deliveries(shaper).Select(d => d.AtMs));
        Assert.Equal(1, shaper.Counters.Lost);
    }

    [Fact]
    public void Loss_is_drawn_from_the_seed_and_near_its_probability()
    {
        Assert.Equal(LossOf(seed: 5), LossOf(seed: 5));
        Assert.InRange(LossOf(seed: 5), 150, 250);
    }

    [Fact]
    public void Jitter_holds_for_its_time_stays_in_its_bounds_and_keeps_the_order()
    {
        var shaper = new LinkShaper(Knobs with { Jitter = TimeSpan.FromMilliseconds(30) }, seed: 3);
        var extra = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            var now = i * 10 * Millisecond;
            shaper.HandleArrival(now, 1500);
            while (shaper.NextDeadline is var due && due <= now + (41 * Millisecond) && shaper.TryDeliver(due, out _, out _))
            {
                extra.Add(due - now - (11 * Millisecond));
            }
        }

        Assert.Equal(200, extra.Count);
        Assert.All(extra, e => Assert.InRange(e, 0, 30 * Millisecond));

        // Five arrivals share a draw; the first of them may still wait for those before, so within a draw nothing rises.
        Assert.All(extra.Chunk(5), held => Assert.Equal(held.OrderDescending(), held));
        Assert.InRange(extra.Distinct().Count(), 20, 200);
    }

    private static long LossOf(int seed)
    {
        var shaper = new LinkShaper(Knobs with { Loss = 0.2 }, seed);
        for (var i = 0; i < 1000; i++)
        {
            shaper.HandleArrival(i * Millisecond, 1500);
            while (shaper.TryDeliver(i * Millisecond, out _, out _))
            {
            }
        }

        return shaper.Counters.Lost;
    }

    private static List<(long AtMs, int Slot)> Deliveries(LinkShaper shaper)
    {
        var deliveries = new List<(long, int)>();
        for (var now = shaper.NextDeadline; now != long.MaxValue; now = shaper.NextDeadline)
        {
            if (shaper.TryDeliver(now, out var slot, out _))
            {
                deliveries.Add((now / Millisecond, slot));
            }
        }

        return deliveries;
    }
}
