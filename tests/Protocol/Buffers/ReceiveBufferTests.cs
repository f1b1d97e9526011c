using Multipath.Protocol.Buffers;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Buffers;

public sealed class ReceiveBufferTests
{
    private readonly MemoryBudget _budget = new(1 << 30);

    [Fact]
    public void Bytes_in_order_can_be_read_at_once()
    {
        var buffer = Create(100);
        Assert.Equal(5, buffer.Insert(new Dsn64(0), "hello"u8));
        Assert.Equal("hello", Text(buffer));
        Assert.Equal(new Dsn64(5), buffer.Next);
    }

    [Fact]
    public void Bytes_that_came_early_wait_for_the_gap_to_close()
    {
        var buffer = Create(100);
        Assert.Equal(0, buffer.Insert(new Dsn64(5), " world"u8));
        Assert.Equal(0, buffer.Available);
        Assert.True(buffer.HasEarlyData);
        Assert.Equal(11, buffer.Insert(new Dsn64(0), "hello"u8));
        Assert.Equal("hello world", Text(buffer));
    }

    [Fact]
    public void Line_19_the_bytes_that_came_first_win()
    {
        var buffer = Create(100);
        buffer.Insert(new Dsn64(2), "cd"u8);
        buffer.Insert(new Dsn64(6), "gh"u8);
        buffer.Insert(new Dsn64(1), "BCDEFGHI"u8);
        buffer.Insert(new Dsn64(0), "aXXXXXXXXj"u8);
        Assert.Equal("aBcdEFghIj", Text(buffer));
    }

    [Fact]
    public void Line_22_the_right_edge_of_the_window_never_moves_back()
    {
        var buffer = Create(100);
        buffer.Insert(new Dsn64(0), new byte[60]);
        Assert.Equal(40, buffer.Window);
        Assert.Equal(new Dsn64(100), buffer.WindowEdge);
        buffer.Consume(60);
        Assert.Equal(new Dsn64(160), buffer.WindowEdge);
        buffer.GrowWindow();
        Assert.Equal(new Dsn64(260), buffer.WindowEdge);
    }

    [Fact]
    public void Bytes_beyond_the_window_are_dropped()
    {
        var buffer = Create(10);
        Assert.Equal(10, buffer.Insert(new Dsn64(0), new byte[15]));
        Assert.Equal(0, buffer.Insert(new Dsn64(10), new byte[15]));
        Assert.Equal(0, buffer.Insert(new Dsn64(1ul << 40), new byte[15]));
        Assert.Equal(10, buffer.Available);
        Assert.Equal(35, buffer.Dropped);
    }

    [Fact]
    public void One_range_more_than_the_bound_is_dropped_and_can_come_again()
    {
        var buffer = new ReceiveBuffer(new Dsn64(0), 1000, 1000, 2, _budget);
        buffer.Insert(new Dsn64(1), "b"u8);
        buffer.Insert(new Dsn64(3), "d"u8);
        buffer.Insert(new Dsn64(5), "f"u8);
        Assert.Equal(2, buffer.Insert(new Dsn64(0), "a"u8));
        Assert.Equal(2, buffer.Insert(new Dsn64(2), "c"u8));
        Assert.Equal("abcd", Text(buffer));
        buffer.Insert(new Dsn64(4), "ef"u8);
        Assert.Equal("ef", Text(buffer));
    }

    [Fact]
    public void Memory_is_returned_when_all_is_read()
    {
        var buffer = Create(100_000);
        buffer.Insert(new Dsn64(0), new byte[70_000]);
        Assert.Equal(128 * 1024, _budget.Used);
        buffer.Consume(70_000);
        Assert.Equal(0, _budget.Used);
    }

    [Theory]
    [InlineData(1ul, 1_000)]
    [InlineData(2ul, 70_000)]
    [InlineData(3ul, 300_000)]
    public void Any_order_of_pieces_gives_the_stream_that_a_plain_model_gives(ulong seed, int window)
    {
        var random = new SeededEntropy(seed);
        var start = new Dsn64(ulong.MaxValue - 50_000);
        var buffer = new ReceiveBuffer(start, window, window, 64, _budget);
        var model = new Dictionary<ulong, byte>();
        var position = start;
        for (var step = 0; step < 1_000; step++)
        {
            var at = buffer.Next + random.Below(window) - (window / 8);
            if (random.Below(3) == 0)
            {
                at = buffer.Next;
            }

            var piece = new byte[1 + random.Below(Math.Min(window, 5_000))];
            random.Fill(piece);
            var rangesBefore = model.Count;
            var next = buffer.Next;
            var dropped = buffer.Dropped;
            buffer.Insert(at, piece);
            var allDropped = buffer.Dropped - dropped == piece.Length;
            for (var i = 0; i < piece.Length && !allDropped; i++)
            {
                var number = at + i;
                if (number >= next && number < position + window)
                {
                    model.TryAdd(number.Value, piece[i]);
                }
            }

            var destination = new byte[random.Below(window)];
            var count = buffer.Read(destination);
            for (var i = 0; i < count; i++)
            {
                Assert.Equal(model[(position + i).Value], destination[i]);
                model.Remove((position + i).Value);
            }

            position += count;
            Assert.Equal(position, buffer.ReadFrom);
            Assert.False(model.ContainsKey(buffer.Next.Value) && rangesBefore > 0);
        }
    }

    private ReceiveBuffer Create(int window) => new(new Dsn64(0), window, 1 << 20, 64, _budget);

    private static string Text(ReceiveBuffer buffer)
    {
        var bytes = new byte[buffer.Available];
        buffer.Read(bytes);
        return System.Text.Encoding.ASCII.GetString(bytes);
    }
}
