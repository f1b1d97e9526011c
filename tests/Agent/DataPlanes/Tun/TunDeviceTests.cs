using Multipath.Agent.DataPlanes.Tun;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

public sealed class TunDeviceTests
{
    [Theory]
    [InlineData("")]
    [InlineData("sixteen-letters-")]
    public void A_name_that_no_interface_can_have_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => TunDevice.Create(new TunOptions(name)));

    [Fact]
    public void A_name_that_is_taken_is_refused_with_the_reason()
    {
        using var lab = Lab();
        var options = new TunOptions("tun0") { Netns = lab.Add("t") };
        using var first = TunDevice.Create(options);
        var refused = Assert.Throws<IOException>(() => TunDevice.Create(options));
        Assert.StartsWith("Cannot make the interface tun0: EBUSY", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_interface_goes_up_loses_its_carrier_and_goes_with_the_device()
    {
        using var lab = Lab();
        var netns = lab.Add("t");
        using (var device = TunDevice.Create(new TunOptions("tun0") { Netns = netns }))
        {
            device.SetUp(true);
            Assert.Contains("LOWER_UP", NetLab.Ip("-n", netns, "link", "show", "tun0"), StringComparison.Ordinal);
            device.SetCarrier(false);
            Assert.Contains("NO-CARRIER", NetLab.Ip("-n", netns, "link", "show", "tun0"), StringComparison.Ordinal);
        }

        // A program that another test starts at this moment holds a copy of the device until it has begun.
        await Eventually.HoldsAsync(
            "the interface is gone", () => !NetLab.Ip("-n", netns, "link", "show").Contains("tun0", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_a_device_made_for_it_has_several_queues()
    {
        using var lab = Lab();
        var netns = lab.Add("t");
        using var many = TunDevice.Create(new TunOptions("tun0") { Netns = netns, MultiQueue = true });
        Assert.NotEqual(many.Fd, many.AddQueue());
        using var one = TunDevice.Create(new TunOptions("tun1") { Netns = netns });
        Assert.Throws<IOException>(() => one.AddQueue());
    }

    private static NetLab Lab()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        return new NetLab();
    }
}
