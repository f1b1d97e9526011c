using Multipath.Cluster.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Cluster.Tests;

/// <summary>A silo sleeps until the others take it for gone, and wakes with grains that are active elsewhere as well.</summary>
public sealed class ActiveTwiceTests
{
    [Fact]
    public async Task A_silo_that_slept_too_long_ends_and_turns_no_host_back()
    {
        await using var rig = await ClusterRig.StartAsync();
        using var load = new Load(rig.Fleet);
        var sleeper = rig.Silos[^1];

        sleeper.Suspend();
        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(2));
        await Eventually.HoldsAsync(
            "every agent runs the policy", () => rig.Fleet.Running(ClusterRig.Policy(2)) == rig.Fleet.Count, ClusterRig.Patience);
        var meanwhile = await rig.RunningAsync(rig.Silos[0]);

        // Whether a grain of its still gets to a write, which is stale then, before it reads that it counts as gone, is left to chance.
        sleeper.Resume();
        Assert.NotEqual(0, await sleeper.EndAsync());
        await rig.SettleAsync();
        Assert.Equal(rig.Fleet.Count, rig.Fleet.Running(ClusterRig.Policy(2)));
        Assert.All(
            await rig.RunningAsync(rig.Silos[0]),
            host => Assert.True(
                host.Value.Epoch >= meanwhile[host.Key].Epoch, $"{host.Key} runs {host.Value} after {meanwhile[host.Key]}"));

        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(3));
        await rig.FollowAsync(ClusterRig.Policy(3));
    }
}
