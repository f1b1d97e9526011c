using Multipath.Agent.DataPlanes.Tun;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

/// <summary>Whether the kernel may gather what is written to an interface, which it is told in the interface's own namespace.</summary>
public sealed class GroHoldTests
{
    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public void Only_packets_without_offload_whose_writer_ends_bursts_are_gathered(bool endsBursts, bool offload, bool gathers)
    {
        using var lab = Lab();
        var netns = lab.Add("t");
        using var device = TunDevice.Create(new TunOptions("tun0") { Netns = netns, Offload = offload, EndsBursts = endsBursts });
        Assert.Equal(gathers, device.Gathers);
        Assert.Equal(gathers ? "10000000" : "0", Read(netns, "gro_flush_timeout"));
        Assert.Equal(gathers, (Convert.ToInt32(Read(netns, "tun_flags"), 16) & 0x10) != 0);
    }

    [Fact]
    public void An_interface_that_is_not_there_has_no_hold()
    {
        using var lab = Lab();
        Assert.False(GroHold.TrySet("tun7", lab.Add("t")));
    }

    private static string Read(string netns, string file) =>
        NetLab.Ip("netns", "exec", netns, "cat", $"/sys/class/net/tun0/{file}").Trim();

    private static NetLab Lab()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        return new NetLab();
    }
}
