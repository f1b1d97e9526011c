using Dapper;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Multipath.Contracts.Wire;
using Multipath.Silo.Grains.Fleet;
using Multipath.Silo.Hosting;
using Multipath.Silo.Rpc;
using Multipath.Silo.Storage.Sqlite;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Rpc;

/// <summary>The fleet's grain ends and starts again while hosts stay connected, on a store that is not as it left it.</summary>
public sealed class FleetMovedTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly string Newer = Texts.Policy(wifi: 2, lte: 1);

    [Fact]
    public async Task A_policy_that_was_stored_and_of_which_nobody_was_told_is_followed_once_the_fleet_hears_of_the_host()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.Start(options => options with { Clock = time });
        await using var agent = await Settle(silo);
        Lost(silo, fleet => fleet.With(fleet.Policies["vans"] with { Revision = 2, Yaml = Newer }));

        Plan? plan = null;
        while (plan is null)
        {
            time.Advance(Heartbeat);
            plan = (await agent.UntilQuiet()).FirstOrDefault(message => message.BodyCase == SiloMessage.BodyOneofCase.Plan)?.Plan;
        }

        Assert.Equal(Newer, plan.PolicyYaml);
        await agent.Ack(plan);
        await silo.HostIs(HostStatus.Settled);
    }

    [Fact]
    public async Task A_host_that_followed_a_newer_policy_is_held_after_a_restore_under_a_running_silo()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.Start(options => options with { Clock = time });
        await using var agent = await Settle(silo);
        var saved = Rows(silo);
        await silo.Apply(Newer);
        var plan = await agent.Plan();
        await agent.Ack(plan);
        await silo.HostIs(HostStatus.Settled);
        await agent.UntilQuiet();
        Restore(silo, saved);

        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                time.Advance(Heartbeat);
                await agent.UntilQuiet();
            }
        });
        Assert.Equal(StatusCode.Aborted, ended.StatusCode);
        await using var back = await silo.Agent(running: plan.Version, sequence: agent.Sequence);
        await back.ReportAll();
        await silo.HostIs(HostStatus.Held);
        await silo.Apply(Texts.Policy(priority: 200));
        Assert.DoesNotContain(await back.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
        await silo.Fleet.ResumeHostAsync(new ResumeHostRequest { Host = "van-1" });
        Assert.Equal(Texts.Policy(priority: 200), (await back.Plan()).PolicyYaml);
    }

    [Fact]
    public async Task A_reader_of_events_hears_again_a_few_seconds_later()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.Start(options => options with { Clock = time });
        using var patience = new CancellationTokenSource(TestSilo.Patience);
        using var watch = silo.Fleet.Watch(new WatchRequest());
        await watch.ResponseHeadersAsync;
        await silo.Apply(Texts.Policy());
        Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
        Lost(silo, fleet => fleet);
        await silo.Apply(Newer);

        time.Advance(WatchStream.RenewEvery);
        var next = watch.ResponseStream.MoveNext(patience.Token);
        for (var priority = 101; !next.IsCompleted; priority++)
        {
            await silo.Apply(Texts.Policy(priority: priority));
        }

        Assert.True(await next);
        Assert.Equal("policy", watch.ResponseStream.Current.Kind);
        Assert.InRange(WatchStream.RenewEvery, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
    }

    private static async Task<TestAgent> Settle(TestSilo silo)
    {
        await silo.Apply(Texts.Policy());
        var agent = await silo.Agent();
        await agent.Ack(await agent.FirstPlan());
        await silo.HostIs(HostStatus.Settled);
        await agent.UntilQuiet();
        return agent;
    }

    /// <summary>The fleet's grain was active elsewhere, stored this and was lost: the one here finds out with its next write.</summary>
    private static void Lost(TestSilo silo, Func<FleetRecord, FleetRecord> change)
    {
        using var connection = Open(silo);
        var body = connection.QuerySingle<string>("SELECT body FROM grain_state WHERE name = 'fleet'");
        body = StateCodec.Write(change(StateCodec.Read<FleetRecord>(body)));
        connection.Execute("UPDATE grain_state SET etag = etag + 1, body = @body WHERE name = 'fleet'", new { body });
    }

    private static (string Name, string Key, string Body)[] Rows(TestSilo silo)
    {
        using var connection = Open(silo);
        return [.. connection.Query<(string, string, string)>("SELECT name, key, body FROM grain_state")];
    }

    private static void Restore(TestSilo silo, (string Name, string Key, string Body)[] saved)
    {
        using var connection = Open(silo);
        using var transaction = connection.BeginTransaction();
        foreach (var (name, key, body) in saved)
        {
            const string sql = "UPDATE grain_state SET etag = etag + 100, body = @body WHERE name = @name AND key = @key";
            connection.Execute(sql, new { name, key, body }, transaction);
        }

        transaction.Commit();
    }

    private static SqliteConnection Open(TestSilo silo) => SqliteDatabase.Open(silo.Ground.Folder);
}
