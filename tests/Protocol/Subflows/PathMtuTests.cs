using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>What a router may say about the size of packets (RFC 1191, RFC 8201).</summary>
public class PathMtuTests
{
    [Theory]
    [InlineData(true, 68, 552)]
    [InlineData(true, 1, 552)]
    [InlineData(true, 553, 553)]
    [InlineData(false, 68, 1280)]
    [InlineData(false, 0, 1280)]
    [InlineData(false, 1300, 1300)]
    public void No_router_makes_packets_smaller_than_any_path_needs(bool isV4, int said, int expected)
    {
        var sizes = new SegmentSizes(1500, isV4);
        Assert.True(sizes.TryReduceMtu(said));
        Assert.Equal(expected, sizes.Mtu);
        Assert.False(sizes.TryReduceMtu(said));
    }

    [Fact]
    public void A_router_that_names_no_size_leads_to_the_next_plateau()
    {
        // RFC 1191 section 7.1.
        var sizes = new SegmentSizes(1500, isV4: true);
        var seen = new List<int>();
        while (sizes.TryReduceMtu(0))
        {
            seen.Add(sizes.Mtu);
        }

        Assert.Equal([1492, 1006, 552], seen);
    }

    [Fact]
    public void An_interface_smaller_than_the_least_keeps_its_size()
    {
        var sizes = new SegmentSizes(500, isV4: true);
        Assert.False(sizes.TryReduceMtu(0));
        Assert.False(sizes.TryReduceMtu(400));
        Assert.Equal(500, sizes.Mtu);
    }

    [Fact]
    public void A_forged_size_leaves_segments_of_use()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(2);
        script.TakeSent();
        script.Do(s => Assert.True(s.HandlePathMtu(68, script.Now)));
        Assert.Equal(512, script.Subflow.Mss);
        Assert.Equal(Duration.Zero, script.Now - script.Subflow.WaitingSince);
    }
}
