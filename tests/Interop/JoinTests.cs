using Multipath.Agent.DataPlanes.Tun;
using Multipath.Interop.Tests.Support;
using Multipath.Protocol;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>Further subflows from either end, their priorities, and their end.</summary>
public sealed class JoinTests
{
    private const long Bytes = 10_000_000;
    private const long LargestMapping = 65_534;

    [Theory]
    [CombinatorialBools]
    public async Task A_subflow_that_we_join_carries_data(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6 });
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: true);
        await bed.ExchangeAsync(pair, Bytes);
        Assert.All(await bed.SubflowsAsync(pair), one => Assert.True(one.BytesReceived + one.BytesSent > 0, $"{one.Tuple} is idle"));
    }

    [Theory]
    [CombinatorialBools]
    public async Task A_subflow_that_the_kernel_joins_carries_data(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6 });
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: false);
        await bed.ExchangeAsync(pair, Bytes);
        Assert.True(pair.Kernel.IsMptcp);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Two_lossy_subflows_deliver_everything(bool weConnect, bool checksum, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions
        {
            Checksum = checksum,
            Ipv6 = ipv6,
            Between = inner => new Disturber(inner, new Disturbance(0.01, 0.03), 11),
        });
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: true);
        await bed.ExchangeAsync(pair, 2_000_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Our_priority_reaches_the_kernel(bool weConnect)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: true);
        var second = await SecondAsync(bed, pair);
        Assert.Null(bed.Plane.SetBackup((await bed.InfoAsync(pair)).Token, PlaneReader.Convert(second.Tuple), backup: true));
        await Eventually.HoldsAsync("the kernel heard the priority", () => bed.KernelCounter("MPPrioRx") == 1);
        await bed.ExchangeAsync(pair, 1_000_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task The_kernels_priority_reaches_us(bool weConnect)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: true, new ConnectionOptions { Scheduler = "linuxDefault" });
        var second = (await SecondAsync(bed, pair)).Tuple.Reversed;
        Assert.Null(bed.Kernel.SetBackup(pair.KernelToken, PlaneReader.Convert(second), backup: true));
        await Eventually.HoldsAsync("we heard the priority", async () => (await SecondAsync(bed, pair)).PeerBackup);
        var before = (await SecondAsync(bed, pair)).BytesSent;
        await bed.ExchangeAsync(pair, 2_000_000);

        // Nothing, but for the mapping of each segment that the first subflow found lost, or did not hear of for a whole timeout.
        var troubles = (await bed.SubflowsAsync(pair)).Sum(one => one.Lost + one.Timeouts);
        Assert.InRange((await SecondAsync(bed, pair)).BytesSent - before, 0, troubles * LargestMapping);
    }

    [Theory]
    [CombinatorialBools]
    public async Task A_subflow_that_we_destroy_is_gone_at_both_ends_and_data_goes_on(bool weConnect, bool theFirst)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: true);
        var subflow = theFirst ? (await bed.InfoAsync(pair)).Tuple : (await SecondAsync(bed, pair)).Tuple;
        Assert.Null(bed.Plane.Destroy((await bed.InfoAsync(pair)).Token, PlaneReader.Convert(subflow)));
        await bed.HasSubflowsAsync(pair, 1);
        await bed.ExchangeAsync(pair, 1_000_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task A_subflow_that_the_kernel_destroys_is_gone_at_both_ends_and_data_goes_on(bool weConnect, bool theFirst)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: true);
        var subflow = theFirst ? (await bed.InfoAsync(pair)).Tuple : (await SecondAsync(bed, pair)).Tuple;
        Assert.Null(bed.Kernel.DestroySubflow(pair.KernelToken, PlaneReader.Convert(subflow.Reversed)));
        await bed.HasSubflowsAsync(pair, 1);
        await bed.ExchangeAsync(pair, 1_000_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task A_subflow_may_go_in_the_midst_of_a_transfer(bool weConnect, bool weDestroy)
    {
        using var bed = Bed.Create();
        var pair = await ConnectAndJoinAsync(bed, weConnect, weJoin: true);
        var exchange = bed.ExchangeAsync(pair, 30_000_000);
        await Eventually.HoldsAsync("data flows", async () => (await SecondAsync(bed, pair)).BytesSent > 100_000);
        var second = (await SecondAsync(bed, pair)).Tuple;
        Assert.Null(weDestroy
            ? bed.Plane.Destroy((await bed.InfoAsync(pair)).Token, PlaneReader.Convert(second))
            : bed.Kernel.DestroySubflow(pair.KernelToken, PlaneReader.Convert(second.Reversed)));
        await exchange;
        await bed.HasSubflowsAsync(pair, 1);
    }

    private static async Task<Pair> ConnectAndJoinAsync(Bed bed, bool weConnect, bool weJoin, ConnectionOptions? options = null)
    {
        var pair = await bed.ConnectAsync(weConnect, options);
        await bed.JoinAsync(pair, weConnect, weJoin);
        return pair;
    }

    private static async Task<SubflowInfo> SecondAsync(Bed bed, Pair pair)
    {
        var address = bed.Ours(2);
        return (await bed.SubflowsAsync(pair)).FirstOrDefault(one => one.Tuple.Local.Address.ToIPAddress().Equals(address));
    }
}
