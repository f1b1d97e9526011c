using Multipath.Cluster.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Cluster.Tests;

/// <summary>A silo sleeps until the others take it for gone, and wakes with grains that are active elsewhere as well.</summary>
public sealed class ActiveTwiceTests
{
    [Fact]
    public async Task What_a_silo_that_slept_too_long_would_store_is_stale_its_hosts_follow_the_higher_epoch_and_it_ends()
    {
        await using var rig = await ClusterRig.StartAsync();
        using var load = new Load(rig.Fleet);
        var sleeper = rig.Silos[^1];

        sleeper.Suspend();
        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(2));
        await Eventually.HoldsAsync(
            "every agent runs the policy", () => rig.Fleet.Running(ClusterRig.Policy(2)) == rig.Fleet.Count, ClusterRig.Patience);
        var meanwhile = await rig.RunningAsync(rig.Silos[0]);

        sleeper.Resume();
        Assert.NotEqual(0, await sleeper.EndAsync());
        await rig.SettleAsync();
        Assert.Equal(rig.Fleet.Count, rig.Fleet.Running(ClusterRig.Policy(2)));
        Assert.Matches("its grain cannot be asked: Version conflict \\(WriteState\\).* GrainType=host ", sleeper.Said);
        Assert.All(
            await rig.RunningAsync(rig.Silos[0]),
            host => Assert.True(
                host.Value.Epoch >= meanwhile[host.Key].Epoch, $"{host.Key} runs {host.Value} after {meanwhile[host.Key]}"));

        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(3));
        await rig.FollowAsync(ClusterRig.Policy(3));
    }
}
