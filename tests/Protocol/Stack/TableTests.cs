using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Stacks;

public sealed class TableTests
{
    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    public void The_table_of_flows_does_what_a_dictionary_does(ulong seed)
    {
        var random = new SeededEntropy(seed);
        var table = new FlowTable<object>(seed);
        var model = new Dictionary<FourTuple, object>();
        for (var step = 0; step < 20_000; step++)
        {
            var tuple = Tuple(random.Below(300));
            if (random.Below(2) == 0)
            {
                var value = new object();
                Assert.Equal(model.TryAdd(tuple, value), table.TryAdd(tuple, value));
            }
            else if (model.Remove(tuple, out var known))
            {
                table.Remove(tuple, known);
            }
            else
            {
                table.Remove(tuple, new object());
            }

            var asked = Tuple(random.Below(300));
            Assert.Same(model.GetValueOrDefault(asked), table.Find(asked));
            Assert.Equal(model.Count, table.Count);
        }
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    public void Deadlines_are_taken_in_order_whatever_was_put_off_or_brought_forward(ulong seed)
    {
        var random = new SeededEntropy(seed);
        var heap = new DeadlineHeap<Item>();
        var items = Enumerable.Range(0, 50).Select(_ => new Item()).ToArray();
        var now = new Instant(0);
        for (var step = 0; step < 20_000; step++)
        {
            var item = items[random.Below(items.Length)];
            item.Deadline = random.Below(10) == 0 ? Instant.Never : now + Duration.FromMicros(random.Below(1000));
            heap.Update(item);
            if (random.Below(20) == 0)
            {
                heap.Remove(item);
                item.Deadline = Instant.Never;
            }

            now += Duration.FromMicros(random.Below(10));
            while (heap.TryTake(now, out var due))
            {
                Assert.True(due!.Deadline <= now);
                Assert.Equal(-1, due.HeapIndex);
                due.Deadline = Instant.Never;
            }

            Assert.All(items, one => Assert.True(one.Deadline > now));
            Assert.Equal(items.Min(one => one.Deadline.Micros), heap.Settle().Micros);
        }
    }

    [Fact]
    public void Events_are_bounded_and_the_oldest_are_lost_first()
    {
        var queue = new EventQueue(2);
        queue.Add(new StackEvent { Kind = StackEventKind.Created });
        queue.Add(new StackEvent { Kind = StackEventKind.Established });
        queue.Add(new StackEvent { Kind = StackEventKind.Closed });
        Assert.Equal(1, queue.Lost);
        Assert.True(queue.TryTake(out var first));
        Assert.Equal(StackEventKind.Established, first.Kind);
        Assert.True(queue.TryTake(out _));
        Assert.False(queue.TryTake(out _));
    }

    private static FourTuple Tuple(int number) => new(
        new Endpoint(IpAddr.V4(0x0a000001), 80), new Endpoint(IpAddr.V4(0x0a000002 + (uint)(number / 7)), (ushort)(1000 + (number % 7))));

    private sealed class Item : IScheduled
    {
        public Instant Deadline { get; set; } = Instant.Never;

        public int HeapIndex { get; set; } = -1;
    }
}
