using Multipath.Interop.Tests.Support;
using Multipath.Protocol;

namespace Multipath.Interop.Tests;

/// <summary>Data both ways between our stack and the kernel's, all of it and in order.</summary>
public sealed class TransferTests
{
    private const long Megabyte = 1_000_000;

    [Theory]
    [CombinatorialBools]
    public async Task A_few_bytes_go_both_ways(bool weConnect, bool ipv6, bool offload)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6, Offload = offload });
        var pair = await bed.ConnectAsync(weConnect);
        Assert.True(pair.Kernel.IsMptcp);
        Assert.True((await bed.InfoAsync(pair)).IsMultipath);
    }

    [Theory]
    [CombinatorialBools]
    public async Task A_hundred_megabytes_each_way_arrive_whole(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6 });
        var pair = await bed.ConnectAsync(weConnect);
        await bed.ExchangeAsync(pair, 100 * Megabyte);
        Assert.True(pair.Kernel.IsMptcp);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Without_offload_ten_megabytes_arrive_whole(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6, Offload = false });
        var pair = await bed.ConnectAsync(weConnect);
        await bed.ExchangeAsync(pair, 10 * Megabyte);
        Assert.True(pair.Kernel.IsMptcp);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Loss_and_overtaking_take_nothing_away(bool weConnect, bool offload, bool ipv6)
    {
        Disturber? way = null;
        using var bed = Bed.Create(new BedOptions
        {
            Offload = offload,
            Ipv6 = ipv6,
            Between = inner => way = new Disturber(inner, new Disturbance(0.02, 0.04), 7),
        });
        var pair = await bed.ConnectAsync(weConnect);
        await bed.ExchangeAsync(pair, 3 * Megabyte);
        Assert.True(way is { Lost: > 0, Delayed: > 0 });
        Assert.True(pair.Kernel.IsMptcp);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Checksums_that_the_kernel_asks_for_are_right_both_ways(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6, Checksum = true });
        var pair = await bed.ConnectAsync(weConnect);
        Assert.True((await bed.InfoAsync(pair)).Checksum);
        await bed.ExchangeAsync(pair, 5 * Megabyte);
        Assert.True(pair.Kernel.IsMptcp);
        Assert.Equal((0, 0), (bed.KernelCounter("DataCsumErr"), (await bed.InfoAsync(pair)).ChecksumFailures));
    }

    [Theory]
    [CombinatorialBools]
    public async Task Checksums_that_we_ask_for_are_right_both_ways(bool weConnect)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect, new ConnectionOptions { Checksum = true });
        Assert.True((await bed.InfoAsync(pair)).Checksum);
        await bed.ExchangeAsync(pair, 2 * Megabyte);
        Assert.Equal((0, 0), (bed.KernelCounter("DataCsumErr"), (await bed.InfoAsync(pair)).ChecksumFailures));
    }

    [Theory]
    [CombinatorialBools]
    public async Task Short_sequence_numbers_are_understood(bool weConnect)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect, new ConnectionOptions { ShortSequenceNumbers = true });
        await bed.ExchangeAsync(pair, 2 * Megabyte);
        Assert.True(pair.Kernel.IsMptcp);
    }

    [Theory]
    [InlineData("reno")]
    [InlineData("cubic")]
    [InlineData("lia")]
    [InlineData("olia")]
    public async Task Each_congestion_control_fills_the_way(string name)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: true, new ConnectionOptions { Congestion = name });
        await bed.ExchangeAsync(pair, 5 * Megabyte);
    }
}
