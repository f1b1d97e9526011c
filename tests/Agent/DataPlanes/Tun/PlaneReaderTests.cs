using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Reconcile;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

/// <summary>What the blackhole watch reads of a subflow.</summary>
public sealed class PlaneReaderTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1420, 1)]
    [InlineData(1421, 2)]
    [InlineData(142_000, 100)]
    public void Segments_are_counted_in_the_subflows_own_so_that_a_full_one_may_be_acknowledged_late(long outstanding, uint segments)
    {
        var info = new SubflowInfo { Outstanding = outstanding, InFlight = 0, Mss = 1420 };
        Assert.Equal(segments, PlaneReader.Sample(info, new Instant(1)).UnackedSegments);
    }

    [Theory]
    [InlineData(TcpState.Established, 1)]
    [InlineData(TcpState.CloseWait, 1)]
    [InlineData(TcpState.FinWait1, 0)]
    [InlineData(TcpState.LastAck, 0)]
    [InlineData(TcpState.Closing, 0)]
    public void A_fin_of_the_kernels_is_nothing_that_is_outstanding(TcpState state, uint segments)
    {
        const int size = 256;
        var bytes = new byte[size];
        (bytes[0], bytes[24]) = ((byte)state, 1);
        Assert.Equal(segments, KernelPlane.Convert(TcpInfo.Read(bytes)).UnackedSegments);
    }
}
