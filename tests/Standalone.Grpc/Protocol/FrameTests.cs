using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Grpc.Protocol;

namespace Multipath.Standalone.Grpc.Tests.Protocol;

public sealed class FrameTests
{
    [Fact]
    public void A_frame_comes_back_however_it_is_cut() => Prop.ForAll<byte[], bool, PositiveInt>((message, compressed, size) =>
    {
        var frame = new byte[Frame.HeaderBytes + message.Length];
        Frame.WriteHeader(frame, compressed, message.Length);
        message.CopyTo(frame, Frame.HeaderBytes);
        var state = Frame.Parse(Cut([.. frame, 0, 7], size.Get), message.Length, out var flag, out var found);
        return state == FrameState.Complete && flag == compressed && found.ToArray().AsSpan().SequenceEqual(message);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_prefix_of_a_frame_is_incomplete()
    {
        byte[] frame = [1, 0, 0, 0, 3, 7, 8, 9];
        for (var length = 0; length < frame.Length; length++)
        {
            Assert.Equal(FrameState.Incomplete, Frame.Parse(Cut(frame[..length], 1), 3, out _, out _));
        }
    }

    [Theory]
    [InlineData(new byte[] { 2 }, FrameState.BadFlag)]
    [InlineData(new byte[] { 255, 0, 0, 0, 0 }, FrameState.BadFlag)]
    [InlineData(new byte[] { 0, 0, 0, 0, 4 }, FrameState.TooLong)]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, FrameState.TooLong)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, FrameState.Complete)]
    internal void What_cannot_be_read_is_known_from_the_header(byte[] header, FrameState expected) =>
        Assert.Equal(expected, Frame.Parse(Cut(header, 2), 3, out _, out _));

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int size)
    {
        if (bytes.Length == 0)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        Segment? first = null;
        Segment? last = null;
        foreach (var chunk in bytes.Chunk(size))
        {
            last = new Segment(chunk, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
