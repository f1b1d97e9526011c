using Multipath.Cluster.Tests.Support;
using Multipath.Contracts.Wire;
using Multipath.TestKit;

namespace Multipath.Cluster.Tests;

/// <summary>Silos that go, in each of the ways in which they do, while agents report.</summary>
public sealed class LossOfSilosTests
{
    [Fact]
    public async Task A_killed_silo_loses_nothing_and_its_hosts_follow_the_others()
    {
        await using var rig = await ClusterRig.StartAsync();
        var before = await rig.RunningAsync(rig.Silos[0]);
        using var load = new Load(rig.Fleet);

        await rig.Silos[^1].KillAsync();
        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(2));
        await rig.FollowAsync(ClusterRig.Policy(2));
        AssertNewer(before, await rig.RunningAsync(rig.Silos[0]));
        Assert.Contains("does not answer and counts as gone", rig.Silos[0].Said, StringComparison.Ordinal);

        await rig.Silos[^1].StartAsync();
        await rig.ApplyAsync(rig.Silos[^1], ClusterRig.Policy(3));
        await rig.FollowAsync(ClusterRig.Policy(3));
    }

    [Fact]
    public async Task A_drained_silo_ends_well_and_its_agents_move()
    {
        await using var rig = await ClusterRig.StartAsync();
        using var load = new Load(rig.Fleet);

        await rig.Silos[0].StopAsync();
        Assert.Equal(0, rig.Silos[0].ExitCode);
        await Eventually.HoldsAsync("every agent has a session", () => rig.Fleet.Connected == rig.Fleet.Count, ClusterRig.Patience);
        await rig.ApplyAsync(rig.Silos[1], ClusterRig.Policy(2));
        await rig.FollowAsync(ClusterRig.Policy(2));
    }

    [Fact]
    public async Task Silos_are_restarted_in_turn_without_loss()
    {
        await using var rig = await ClusterRig.StartAsync();
        var before = await rig.RunningAsync(rig.Silos[0]);
        using var load = new Load(rig.Fleet);

        foreach (var silo in rig.Silos)
        {
            await silo.StopAsync();
            Assert.Equal(0, silo.ExitCode);
            await silo.StartAsync();
        }

        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(2));
        await rig.FollowAsync(ClusterRig.Policy(2));
        AssertNewer(before, await rig.RunningAsync(rig.Silos[0]));
    }

    [Fact]
    public async Task A_cluster_that_was_killed_whole_comes_back_with_its_state()
    {
        await using var rig = await ClusterRig.StartAsync();
        var before = await rig.RunningAsync(rig.Silos[0]);

        await Task.WhenAll(rig.Silos.Select(silo => silo.KillAsync()));
        await Task.WhenAll(rig.Silos.Select(silo => silo.StartAsync()));
        await rig.SettleAsync();

        var policies = await rig.Client(rig.Silos[^1]).ListPoliciesAsync(new ListPoliciesRequest());
        Assert.Equal(ClusterRig.Policy(1), Assert.Single(policies.Policies).Yaml);
        Assert.Equal(before, await rig.RunningAsync(rig.Silos[0]));
        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(2));
        await rig.FollowAsync(ClusterRig.Policy(2));
        AssertNewer(before, await rig.RunningAsync(rig.Silos[0]));
    }

    private static void AssertNewer(Dictionary<string, PlanVersion> before, Dictionary<string, PlanVersion> after) => Assert.All(
        after,
        host => Assert.True(
            (host.Value.Epoch, host.Value.Generation).CompareTo((before[host.Key].Epoch, before[host.Key].Generation)) > 0,
            $"{host.Key} runs {host.Value} after {before[host.Key]}"));
}
