using Multipath.Contracts.Wire;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Rpc;

public sealed class PlanFlowTests
{
    [Fact]
    public async Task A_policy_and_a_report_make_a_plan_and_its_ack_settles_the_host()
    {
        await using var silo = await TestSilo.Start();
        var applied = await silo.Apply(Texts.Policy());
        Assert.Equal(ApplyResult.Created, applied.Result);
        await using var agent = await silo.Agent();
        Assert.Equal(5_000u, (await agent.Next(SiloMessage.BodyOneofCase.Welcome)).Welcome.HeartbeatIntervalMs);
        Assert.NotEmpty((await agent.Next(SiloMessage.BodyOneofCase.FullReportRequest)).FullReportRequest.Reason);

        var plan = await agent.FirstPlan();

        Assert.Equal((2ul, 1ul, 1ul), (plan.Version.Epoch, plan.Version.Generation, plan.ObservationSequence));
        Assert.Null(plan.Parent);
        Assert.Equal("vans", plan.Policy);
        Assert.Equal(Texts.Policy(), plan.PolicyYaml);
        var paths = Assert.Single(plan.Classes).Paths;
        Assert.Equal(["wlan0 Active", "wwan0 Backup"], paths.Select(Show));
        Assert.All(paths, path => Assert.NotEmpty(path.Reason));
        await agent.Ack(plan);
        var settled = await silo.HostIs(HostStatus.Settled);
        Assert.Equal(plan.Version, settled.Summary.Running);
        Assert.Equal("", settled.Trouble);
        Assert.Equal((2u, 2u), (settled.Summary.PathsUp, settled.Summary.Paths));
    }

    [Fact]
    public async Task A_dead_path_changes_the_plan_and_measurements_alone_do_not()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent();
        var first = await agent.FirstPlan();
        await agent.Ack(first);

        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", rttMs: 22));
        await NoPlanAsync(agent);

        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.LinkDown));
        var second = await agent.Plan();
        Assert.Equal(first.Version, second.Parent);
        Assert.Equal((2ul, 2ul), Number(second));
        Assert.Equal("wwan0", second.Classes[0].Paths.First(path => path.Role == PathRole.Active).Path.Interface);
    }

    [Fact]
    public async Task A_handover_that_was_taken_back_makes_a_plan_that_stays_with_the_path_that_carries()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent();
        var first = await agent.FirstPlan();
        await agent.Ack(first);

        var tried = TestAgent.Path("wlan0", "10.1.0.2", rttMs: null);
        tried.FailedHandovers = 1;
        await agent.Report(tried);
        var second = await agent.Plan();
        Assert.Equal(["wwan0 Active", "wlan0 Backup"], second.Classes[0].Paths.Select(Show));
        Assert.Contains("a handover to it was taken back at ", second.Classes[0].Paths[1].Reason, StringComparison.Ordinal);
        Assert.Equal(1u, (await silo.HostIs(HostStatus.Updating)).Paths[0].FailedHandovers);
    }

    [Fact]
    public async Task One_plan_is_in_flight_and_newer_ones_merge()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent();
        var first = await agent.FirstPlan();

        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.LinkDown));
        await agent.Report(TestAgent.Path("wwan1", "10.3.0.2"));
        await NoPlanAsync(agent);

        await agent.Ack(first);
        var merged = await agent.Plan();
        Assert.Equal(3ul, merged.ObservationSequence);
        Assert.Equal(first.Version, merged.Parent);
    }

    [Fact]
    public async Task A_nack_is_shown_with_its_reason_and_the_plan_is_not_offered_again_until_inputs_change()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent();
        var plan = await agent.FirstPlan();
        await agent.Nack(plan, "no such scheduler");

        var refused = await silo.HostIs(HostStatus.Refused);
        Assert.Equal("refused: no such scheduler", refused.Trouble);
        Assert.Null(refused.Summary.Running);
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", rttMs: 21));
        await NoPlanAsync(agent);

        await silo.Apply(Texts.Policy(wifi: 2, lte: 1));
        Assert.Equal((3ul, 1ul), Number(await agent.Plan()));
    }

    [Fact]
    public async Task A_plan_with_refusals_is_not_called_running()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent();
        var refusal = new ActionResult { Action = "create subflow", Reason = "backup", Error = "EEXIST: in use" };
        await agent.Ack(await agent.FirstPlan(), refusal);

        var refused = await silo.HostIs(HostStatus.Refused);
        Assert.Equal("refused in part: create subflow: EEXIST: in use", refused.Trouble);
        Assert.Null(refused.Summary.Running);
    }

    [Fact]
    public async Task A_plan_whose_answer_was_lost_is_offered_again_and_not_called_running()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        Plan plan;
        await using (var agent = await silo.Agent())
        {
            plan = await agent.FirstPlan();
            await agent.Finish();
        }

        await silo.HostIs(HostStatus.Away);
        await using var back = await silo.Agent(sequence: 1);
        var again = await back.Plan();
        Assert.Equal(plan.Version, again.Version);
        await back.Ack(again, new ActionResult { Action = "create subflow", Error = "EEXIST" });
        Assert.Equal("refused in part: create subflow: EEXIST", (await silo.HostIs(HostStatus.Refused)).Trouble);
    }

    [Fact]
    public async Task After_a_restart_the_same_plan_is_recognised_and_the_next_one_has_a_higher_epoch()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        Plan plan;
        await using (var agent = await silo.Agent())
        {
            plan = await agent.FirstPlan();
            await agent.Ack(plan);
            await silo.HostIs(HostStatus.Settled);
        }

        await silo.Restart();

        Assert.Equal(HostStatus.Away, Assert.Single((await silo.Fleet.ListHostsAsync(new ListHostsRequest())).Hosts).Status);
        Assert.Equal("vans", Assert.Single((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies).Name);
        await using var back = await silo.Agent(running: plan.Version, sequence: 1);
        await back.ReportAll();
        await NoPlanAsync(back);
        await silo.HostIs(HostStatus.Settled);
        await back.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.LinkDown));
        var next = await back.Plan();
        Assert.Equal((3ul, 1ul), Number(next));
        Assert.Equal(plan.Version, next.Parent);
    }

    [Fact]
    public async Task An_agent_that_runs_something_newer_than_an_empty_store_gets_a_higher_epoch_once_it_is_resumed()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent(running: new PlanVersion { Epoch = 40, Generation = 7 });
        await agent.ReportAll();
        await silo.HostIs(HostStatus.Held);
        await silo.Fleet.ResumeHostAsync(new ResumeHostRequest { Host = "van-1" });
        Assert.Equal((42ul, 1ul), ((await agent.Plan()).Version is var version ? (version.Epoch, version.Generation) : default));
    }

    private static async Task NoPlanAsync(TestAgent agent) =>
        Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);

    private static (ulong Epoch, ulong Generation) Number(Plan plan) => (plan.Version.Epoch, plan.Version.Generation);

    private static string Show(PlannedPath path) => $"{path.Path.Interface} {path.Role}";
}
