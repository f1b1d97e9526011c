using System.Net;
using Grpc.Core;
using Multipath.Contracts.Wire;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Rpc;

/// <summary>A store that was restored from a backup, and hosts that ran on since.</summary>
public sealed class HeldHostTests
{
    private static readonly string Newer = Texts.Policy(wifi: 2, lte: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_host_that_follows_a_policy_newer_than_the_backup_is_held_until_resumed(int restartsBeforeTheBackup)
    {
        await using var silo = await TestSilo.Start();
        var (running, sequence) = await RunOnPastABackup(silo, restartsBeforeTheBackup);

        await using var agent = await silo.Agent(running: running, sequence: sequence);
        await agent.ReportAll();
        Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
        var held = await silo.HostIs(HostStatus.Held);
        Assert.Equal(running, held.Summary.Running);
        Assert.StartsWith(
            $"held: it runs plan {running.Epoch}.{running.Generation}, which is newer", held.Trouble, StringComparison.Ordinal);

        await silo.Fleet.ResumeHostAsync(new ResumeHostRequest { Host = "van-1" });
        var plan = await agent.Plan();
        Assert.Equal((running.Epoch + 2, running), (plan.Version.Epoch, plan.Parent));
        Assert.Equal(Texts.Policy(), plan.PolicyYaml);
        await agent.Ack(plan);
        await silo.HostIs(HostStatus.Settled);
    }

    [Fact]
    public async Task A_held_host_stays_held_over_new_policies_sessions_and_restarts()
    {
        await using var silo = await TestSilo.Start();
        var (running, sequence) = await RunOnPastABackup(silo);
        for (var restart = 0; restart < 3; restart++)
        {
            await using (var agent = await silo.Agent(running: running, sequence: sequence))
            {
                await agent.ReportAll();
                await silo.HostIs(HostStatus.Held);
                await silo.Apply(Texts.Policy(priority: 200 + restart));
                Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
                sequence = agent.Sequence;
                await agent.Finish();
            }

            await silo.HostIs(HostStatus.Away);
            Assert.StartsWith("held:", (await silo.Host()).Trouble, StringComparison.Ordinal);
            await silo.Restart();
        }

        // Resumed while it is away, it gets the newest policy as soon as it is back.
        await silo.Fleet.ResumeHostAsync(new ResumeHostRequest { Host = "van-1" });
        await using var back = await silo.Agent(running: running, sequence: sequence);
        var plan = await back.FirstPlan();
        Assert.True(plan.Version.Epoch > running.Epoch);
        Assert.Equal(Texts.Policy(priority: 202), plan.PolicyYaml);
    }

    [Fact]
    public async Task A_host_that_was_not_changed_since_the_backup_goes_on()
    {
        await using var silo = await TestSilo.Start();
        var running = await Settle(silo, Texts.Policy());
        silo.Ground.Save();
        await silo.Restart(silo.Ground.PutBack);
        await using var agent = await silo.Agent(running: running, sequence: 1);
        await agent.ReportAll();
        Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
        await silo.HostIs(HostStatus.Settled);
    }

    [Fact]
    public async Task Only_a_held_host_can_be_resumed()
    {
        await using var silo = await TestSilo.Start();
        await Settle(silo, Texts.Policy());
        Assert.Equal(StatusCode.FailedPrecondition, await CodeOf(silo, "van-1"));
        Assert.Equal(StatusCode.NotFound, await CodeOf(silo, "nobody"));
        Assert.Equal(StatusCode.NotFound, await CodeOf(silo, "no body/.."));
        Assert.Equal(HttpStatusCode.Conflict, (await silo.Http.PostAsync("/api/v1/hosts/van-1/resume", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await silo.Http.PostAsync("/api/v1/hosts/nobody/resume", null)).StatusCode);
    }

    [Fact]
    public async Task A_host_is_resumed_by_HTTP_too()
    {
        await using var silo = await TestSilo.Start();
        var (running, sequence) = await RunOnPastABackup(silo);
        await using var agent = await silo.Agent(running: running, sequence: sequence);
        await agent.ReportAll();
        await silo.HostIs(HostStatus.Held);
        await silo.FleetHears(HostStatus.Held);
        Assert.Contains("\"status\":\"held\"", await silo.Http.GetStringAsync("/api/v1/hosts"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await silo.Http.PostAsync("/api/v1/hosts/van-1/resume", null)).StatusCode);
        Assert.Equal(running, (await agent.Plan()).Parent);
    }

    private static async Task<StatusCode> CodeOf(TestSilo silo, string host) => (await Assert.ThrowsAsync<RpcException>(
        () => silo.Fleet.ResumeHostAsync(new ResumeHostRequest { Host = host }).ResponseAsync)).StatusCode;

    /// <summary>A host gets a policy, the store is saved, the host gets another policy, the store is put back.</summary>
    /// <returns>What the host runs, and the sequence of its last report.</returns>
    private static async Task<(PlanVersion Running, ulong Sequence)> RunOnPastABackup(TestSilo silo, int restarts = 0)
    {
        var (running, sequence) = (await Settle(silo, Texts.Policy()), 1ul);
        for (var restart = 0; restart < restarts; restart++)
        {
            await silo.Restart();
            await using var again = await silo.Agent(running: running, sequence: sequence);
            await again.ReportAll();
            await silo.HostIs(HostStatus.Settled);
            sequence = again.Sequence;
            await again.Finish();
        }

        await using var agent = await silo.Agent(running: running, sequence: sequence);
        await agent.ReportAll();
        await silo.HostIs(HostStatus.Settled);
        silo.Ground.Save();
        await silo.Apply(Newer);
        var plan = await agent.Plan();
        Assert.Equal(Newer, plan.PolicyYaml);
        await agent.Ack(plan);
        await silo.HostIs(HostStatus.Settled);
        await agent.Finish();
        await silo.Restart(silo.Ground.PutBack);
        return (plan.Version, agent.Sequence);
    }

    private static async Task<PlanVersion> Settle(TestSilo silo, string policy)
    {
        await silo.Apply(policy);
        await using var agent = await silo.Agent();
        var plan = await agent.FirstPlan();
        await agent.Ack(plan);
        await silo.HostIs(HostStatus.Settled);
        return plan.Version;
    }
}
