using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

public class AllocationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Ten_thousand_segments_allocate_nothing(int loseEach)
    {
        var count = 0;
        var pair = new SubflowPair(
            new SubflowOptions { Pacing = false },
            Duration.FromMillis(5),
            plan => loseEach > 0 && plan.PayloadLength > 0 && ++count % loseEach == 0 ? SubflowPair.Fate.IsLost : SubflowPair.Fate.Arrives,
            () => new Cubic());
        pair.Client.ToSend = long.MaxValue / 2;
        Func<bool> isWarm = () => pair.Segments > 20_000;
        Func<bool> isDone = () => pair.Segments > 40_000;
        Assert.True(pair.RunUntil(isWarm));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(pair.RunUntil(isDone));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
