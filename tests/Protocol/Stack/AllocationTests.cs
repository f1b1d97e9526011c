using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>A stream that runs allocates nothing, at neither end.</summary>
public sealed class AllocationTests
{
    private const long Warm = 1L << 30;
    private const long Measured = 16L << 20;
    private const int Rounds = 4;
    private readonly byte[] _packet = new byte[1 << 17];
    private readonly byte[] _bytes = new byte[1 << 17];
    private Instant _now = new(1);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_stream_that_has_grown_to_its_window_allocates_nothing(bool offload, bool inPlace)
    {
        var near = new Stack(new StackOptions { Entropy = new SeededEntropy(1), SegmentationOffload = offload });
        var far = new Stack(new StackOptions { Entropy = new SeededEntropy(2), SegmentationOffload = offload });
        var listener = far.Listen(StackPair.Service, new ConnectionOptions());
        var from = near.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), _now);
        ConnectionId to;
        while (!far.TryAccept(listener, out to))
        {
            Exchange(near, far);
        }

        Run(near, from, far, to, inPlace, offload ? Warm : Warm / 8);

        // A window that still grows makes a queue grow once in a while; what runs on does not.
        var least = long.MaxValue;
        for (var i = 0; i < Rounds && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(near, from, far, to, inPlace, Measured);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private void Run(Stack near, ConnectionId from, Stack far, ConnectionId to, bool inPlace, long bytes)
    {
        for (long written = 0, read = 0; read < bytes;)
        {
            for (var taken = 1; taken > 0 && written < bytes; written += taken)
            {
                taken = inPlace ? near.WriteSpan(from, _bytes.Length).Length : near.Write(from, _bytes, _now);
                if (inPlace)
                {
                    near.Commit(from, taken, _now);
                }
            }

            Exchange(near, far);
            for (var count = 1; count > 0; read += Math.Max(0, count))
            {
                count = inPlace ? far.ReadSpan(to).Length : far.Read(to, _bytes, _now);
                if (inPlace)
                {
                    far.Consume(to, count, _now);
                }
            }
        }
    }

    private void Exchange(Stack near, Stack far)
    {
        Move(near, far);
        Move(far, near);
        near.HandleTimeout(_now);
        far.HandleTimeout(_now);
        while (near.PollEvent(out _) || far.PollEvent(out _))
        {
        }
    }

    private void Move(Stack sender, Stack receiver)
    {
        _now += Duration.FromMicros(50);
        for (int length; (length = sender.PollTransmit(_packet, out var info, _now)) > 0;)
        {
            receiver.HandlePacket(_packet.AsSpan(0, length), info, _now);
        }
    }
}
