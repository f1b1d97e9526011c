using Multipath.Protocol.Buffers;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Buffers;

public sealed class SendBufferTests
{
    private readonly MemoryBudget _budget = new(1 << 30);

    [Fact]
    public void Bytes_that_were_written_are_read_by_their_number()
    {
        var buffer = new SendBuffer(new Dsn64(1000), 1 << 20, _budget);
        Assert.Equal(5, buffer.Write("hello"u8));
        Assert.Equal(6, buffer.Write(" world"u8));
        Assert.Equal("lo wo"u8.ToArray(), Bytes(buffer, 1003, 5));
        Assert.Equal(new Dsn64(1011), buffer.End);
    }

    [Fact]
    public void The_writer_gets_room_from_the_acknowledgement_at_connection_level()
    {
        var buffer = new SendBuffer(new Dsn64(0), 100, _budget);
        Assert.Equal(100, buffer.Write(new byte[150]));
        Assert.Equal(0, buffer.Space);
        Assert.Equal(40, buffer.Acknowledge(new Dsn64(40)));
        Assert.Equal(40, buffer.Space);
    }

    [Fact]
    public void Line_23_bytes_are_kept_until_they_are_acknowledged_on_both_levels()
    {
        var buffer = new SendBuffer(new Dsn64(0), 100, _budget);
        buffer.Write("abcdef"u8);
        buffer.Acknowledge(new Dsn64(4));
        buffer.Release(new Dsn64(2));
        Assert.Equal("cd"u8.ToArray(), Bytes(buffer, 2, 2));
        Assert.Equal(new Dsn64(2), buffer.Retained);

        buffer.Release(new Dsn64(6));
        Assert.Equal(new Dsn64(4), buffer.Retained);
        Assert.Equal("ef"u8.ToArray(), Bytes(buffer, 4, 2));
    }

    [Fact]
    public void A_subflow_that_owes_too_much_holds_the_writer_up()
    {
        var buffer = new SendBuffer(new Dsn64(0), 100, _budget);
        buffer.Write(new byte[100]);
        buffer.Acknowledge(new Dsn64(100));
        Assert.False(buffer.IsHeldBySlowSubflow);
        Assert.Equal(100, buffer.Write(new byte[100]));
        buffer.Acknowledge(new Dsn64(200));
        Assert.True(buffer.IsHeldBySlowSubflow);
        Assert.Equal(0, buffer.Write(new byte[1]));
        buffer.Release(new Dsn64(200));
        Assert.Equal(100, buffer.Space);
    }

    [Fact]
    public void An_acknowledgement_of_what_was_never_written_changes_nothing()
    {
        var buffer = new SendBuffer(new Dsn64(0), 100, _budget);
        buffer.Write(new byte[10]);
        Assert.Equal(0, buffer.Acknowledge(new Dsn64(11)));
        Assert.Equal(10, buffer.Acknowledge(new Dsn64(10)));
        Assert.Equal(0, buffer.Acknowledge(new Dsn64(5)));
    }

    [Fact]
    public void A_writer_without_a_buffer_writes_in_place()
    {
        var buffer = new SendBuffer(new Dsn64(Ring.MinCapacity - 3), 1 << 20, _budget);
        var room = buffer.WriteSpan(10);
        Assert.Equal(3, room.Length);
        "abc"u8.CopyTo(room);
        buffer.Commit(3);
        "de"u8.CopyTo(buffer.WriteSpan(10));
        buffer.Commit(2);
        Assert.Equal("abcde"u8.ToArray(), Bytes(buffer, Ring.MinCapacity - 3, 5));
    }

    [Fact]
    public void Memory_is_returned_when_nothing_is_kept_and_refused_past_the_budget()
    {
        var budget = new MemoryBudget(Ring.MinCapacity);
        var first = new SendBuffer(new Dsn64(0), 1 << 20, budget);
        var second = new SendBuffer(new Dsn64(0), 1 << 20, budget);
        Assert.Equal(10, first.Write(new byte[10]));
        Assert.Equal(0, second.Write(new byte[10]));
        first.Acknowledge(new Dsn64(10));
        first.Release(new Dsn64(10));
        Assert.Equal(0, budget.Used);
        Assert.Equal(10, second.Write(new byte[10]));
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    [InlineData(ulong.MaxValue)]
    public void Any_sequence_of_writes_and_acknowledgements_keeps_every_byte_at_its_number(ulong seed)
    {
        var random = new SeededEntropy(seed);
        var start = new Dsn64(ulong.MaxValue - 100_000);
        var buffer = new SendBuffer(start, 300_000, _budget);
        var chunk = new byte[70_000];
        for (var step = 0; step < 500; step++)
        {
            var length = random.Below(chunk.Length);
            for (var i = 0; i < length; i++)
            {
                chunk[i] = Pattern(buffer.End + i);
            }

            buffer.Write(chunk.AsSpan(0, length));
            var kept = buffer.End - buffer.Retained;
            if (kept > 0)
            {
                var from = buffer.Retained + random.Below((int)kept);
                var count = (int)Math.Min(2000, buffer.End - from);
                var bytes = Bytes(buffer, from, count);
                for (var i = 0; i < count; i++)
                {
                    Assert.Equal(Pattern(from + i), bytes[i]);
                }
            }

            buffer.Acknowledge(buffer.Acknowledged + random.Below((int)(buffer.End - buffer.Acknowledged) + 1));
            buffer.Release(buffer.Retained + random.Below((int)(buffer.End - buffer.Retained) + 1));
            Assert.InRange(buffer.End - buffer.Acknowledged, 0, 300_000);
            Assert.InRange(buffer.End - buffer.Retained, 0, 300_000 * SendBuffer.RetainFactor);
        }
    }

    private static byte Pattern(Dsn64 at) => (byte)((at.Value * 2654435761) >> 13);

    private static byte[] Bytes(SendBuffer buffer, ulong from, int length) => Bytes(buffer, new Dsn64(from), length);

    private static byte[] Bytes(SendBuffer buffer, Dsn64 from, int length)
    {
        buffer.Read(from, length, out var first, out var second);
        return [.. first, .. second];
    }
}
