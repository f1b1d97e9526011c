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
    public void A_device_has_the_queues_that_it_was_asked_for()
    {
        using var lab = Lab();
        using var many = TunDevice.Create(new TunOptions("tun0") { Netns = lab.Add("t"), Queues = 3 });
        Assert.Equal(3, many.Queues.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_number_of_queues_that_no_interface_has_is_refused(int queues) =>
        Assert.Throws<ArgumentException>(() => TunDevice.Create(new TunOptions("tun0") { Queues = queues }));

    private static NetLab Lab()
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        return new NetLab();
    }
}
