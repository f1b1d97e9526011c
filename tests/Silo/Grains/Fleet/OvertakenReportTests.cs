using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Contracts.Grains;
using Multipath.Contracts.Wire;
using Multipath.Silo.Grains.Host;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;
using Orleans;
using GrainStatus = Multipath.Contracts.Grains.HostStatus;
using GrainSummary = Multipath.Contracts.Grains.HostSummary;
using HostStatus = Multipath.Contracts.Wire.HostStatus;

namespace Multipath.Silo.Tests.Grains.Fleet;

/// <summary>What hosts' grains tell the fleet's comes by messages that nobody answers, of which a later one may come first.</summary>
public sealed class OvertakenReportTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_fleet_takes_the_newest_look_of_a_host_in_whatever_order_they_come_and_tells_all_that_happened()
    {
        await using var silo = await TestSilo.Start();
        using var patience = new CancellationTokenSource(TestSilo.Patience);
        using var watch = silo.Fleet.Watch(new WatchRequest());
        await watch.ResponseHeadersAsync;
        var fleet = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IFleetGrain>(FleetKey.Value);

        async Task<HostStatus> After(GrainStatus status, long ticks, ulong epoch = 2)
        {
            var text = $"{status} {ticks} {epoch}";
            await fleet.HostChanged(Look(status, ticks, epoch), [new FleetHappening(Now, "van-1", "report", text, null)]);
            Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
            Assert.Equal(text, watch.ResponseStream.Current.Text);
            return Assert.Single((await silo.Fleet.ListHostsAsync(new ListHostsRequest())).Hosts).Status;
        }

        Assert.Equal(HostStatus.Updating, await After(GrainStatus.Updating, 10));
        Assert.Equal(HostStatus.Away, await After(GrainStatus.Away, 12));
        Assert.Equal(HostStatus.Away, await After(GrainStatus.Settled, 11));
        Assert.Equal(HostStatus.Settled, await After(GrainStatus.Settled, 13));

        // A grain that is active twice says later what it knew earlier; its successor's silo may have a clock that is behind.
        Assert.Equal(HostStatus.Settled, await After(GrainStatus.Away, 14, epoch: 1));
        Assert.Equal(HostStatus.Updating, await After(GrainStatus.Updating, 5, epoch: 3));

        // A session after a restore begins with what is stored.
        await fleet.Join(Look(GrainStatus.Updating, 2, epoch: 1));
        Assert.Equal(HostStatus.Refused, await After(GrainStatus.Refused, 3, epoch: 1));
    }

    [Fact]
    public async Task Each_word_of_a_host_is_later_than_the_one_before_though_the_clock_stands_still_or_goes_back()
    {
        var fleet = DispatchProxy.Create<IFleetGrain, FleetListener>();
        var heard = ((FleetListener)(object)fleet).Heard;
        var voice = new HostVoice("van-1", fleet, new FakeTime());
        await voice.Join(Look(GrainStatus.Updating, 10));
        await voice.Publish(Look(GrainStatus.Settled, 10));
        await voice.Publish(Look(GrainStatus.Refused, 0));
        await voice.Join(Look(GrainStatus.Refused, 0));
        await voice.Publish(Look(GrainStatus.Away, 20));
        Assert.Equal([10, 11, 12, 13, 20], heard.Select(look => (look.LastSeen - Now).Ticks));
    }

    private static GrainSummary Look(GrainStatus status, long ticks, ulong epoch = 1) =>
        new("van-1", status, "vans", null, null, 1, 2, 3, Now.AddTicks(ticks), ImmutableSortedDictionary<string, string>.Empty, epoch);
}

/// <summary>A fleet that keeps what it is told.</summary>
public class FleetListener : DispatchProxy
{
    public List<GrainSummary> Heard { get; } = [];

    protected override object Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Heard.Add((GrainSummary)args![0]!);
        return Task.FromResult(new Governance(1, null, default, null));
    }
}
