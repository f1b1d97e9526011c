using Grpc.Core;
using Multipath.Cluster.Tests.Support;
using Multipath.Contracts.Wire;
using Multipath.TestKit;

namespace Multipath.Cluster.Tests;

/// <summary>The database goes, is wrong, or is somebody else's.</summary>
public sealed class LossOfDatabaseTests
{
    /// <summary>Longer than any silo waits for an answer, and than three signatures in the membership table.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task While_the_database_is_away_hosts_are_steered_and_changes_are_refused()
    {
        await using var rig = await ClusterRig.StartAsync();
        using var load = new Load(rig.Fleet);

        await rig.Postgres.Stop();
        var error = await Assert.ThrowsAsync<RpcException>(() => rig.Client(rig.Silos[0])
            .ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = ClusterRig.Policy(2) }).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        // A write that was under way when the connection broke may have been stored.
        Assert.Matches("Nothing was stored\\.|It is not known whether the last change was stored;", error.Status.Detail);
        await Eventually.StaysAsync("every agent has its session", () => rig.Fleet.Connected == rig.Fleet.Count, Outage);

        await rig.Postgres.Start();
        Assert.All(rig.Silos, silo => Assert.Null(silo.ExitCode));
        await rig.ApplyAsync(rig.Silos[0], ClusterRig.Policy(2));
        await rig.FollowAsync(ClusterRig.Policy(2));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_named()
    {
        await using var rig = await ClusterRig.WithoutSilosAsync();
        await rig.Postgres.Stop();
        await using var silo = rig.OneMore();
        Assert.Equal(1, await silo.RunToEndAsync());
        var said = Assert.Single(silo.Said.Split(Environment.NewLine));
        Assert.Matches("^mpsilo: PostgreSQL at .* cannot be reached \\(.*\\)\\. Check that it runs, and Host and Port", said);
    }
}
