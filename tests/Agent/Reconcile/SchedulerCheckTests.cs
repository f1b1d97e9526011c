using Multipath.Agent.Reconcile;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class SchedulerCheckTests
{
    [Fact]
    public void A_scheduler_that_the_data_plane_lacks_is_refused_by_name()
    {
        var refusal = Assert.Single(SchedulerCheck.Refusals(Plan("redundant"), ["default", "bpf_rr"]));
        Assert.Equal(
            new ActionOutcome(
                "schedule class voice by redundant",
                "the policy asks for it",
                "this data plane has no such scheduler, only: default, bpf_rr"),
            refusal);
    }

    [Theory]
    [InlineData("default")]
    [InlineData(null)]
    public void One_that_is_there_or_not_asked_for_is_fine(string? scheduler) =>
        Assert.Empty(SchedulerCheck.Refusals(Plan(scheduler), ["default"]));

    [Fact]
    public void Where_one_holds_for_all_classes_that_disagree_are_refused()
    {
        var plan = Plan("bpf_rr") with { Classes = [.. Plan("bpf_rr").Classes, .. Plan(null).Classes] };
        Assert.Empty(SchedulerCheck.Refusals(plan, ["default", "bpf_rr"]));
        Assert.Equal(
            "this data plane has one scheduler for all connections, and the classes ask for: bpf_rr, default",
            Assert.Single(SchedulerCheck.Refusals(plan, ["default", "bpf_rr"], usual: "default")).Error);
        Assert.Empty(SchedulerCheck.Refusals(Plan("bpf_rr"), ["default", "bpf_rr"], usual: "default"));
    }

    private static PlanContent Plan(string? scheduler) => new(
        "vans",
        [new ClassPlan("voice", new TrafficMatch(), Objective.Latency, scheduler, [])],
        PlanLimits.Default,
        HandoverRules.Default);
}
