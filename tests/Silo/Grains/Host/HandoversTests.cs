using System.Net;
using Multipath.Policies.Model;
using Multipath.Policies.Rank;
using Multipath.Silo.Grains.Host;

namespace Multipath.Silo.Tests.Grains.Host;

public sealed class HandoversTests
{
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private static readonly PathKey Lte = new("wwan0", IPAddress.Parse("10.2.0.2"));
    private static readonly RankMemory Spent = new([], [DateTimeOffset.UnixEpoch]);

    [Fact]
    public void Another_first_path_is_a_handover_planned_when_it_cost_budget_and_else_forced()
    {
        Assert.Equal(Handovers.Planned, Handovers.Between(Plan(Wifi, Lte), Plan(Lte, Wifi), RankMemory.Empty, Spent));
        Assert.Equal(Handovers.Forced, Handovers.Between(Plan(Wifi, Lte), Plan(Lte, Wifi), RankMemory.Empty, RankMemory.Empty));
        Assert.Equal(Handovers.Forced, Handovers.Between(Plan(Wifi, Lte), Plan(Lte, Wifi), Spent, Spent));
    }

    [Fact]
    public void A_first_plan_another_policys_plan_and_a_change_behind_the_first_path_are_none()
    {
        Assert.Null(Handovers.Between(null, Plan(Wifi), RankMemory.Empty, RankMemory.Empty));
        Assert.Null(Handovers.Between(Plan(Wifi) with { Policy = "other" }, Plan(Lte), RankMemory.Empty, RankMemory.Empty));
        Assert.Null(Handovers.Between(Plan(Wifi), Plan(Wifi, Lte), RankMemory.Empty, RankMemory.Empty));
        Assert.Null(Handovers.Between(Plan(), Plan(Wifi), RankMemory.Empty, RankMemory.Empty));
    }

    private static PlanContent Plan(params PathKey[] paths)
    {
        var planned = paths.Select((path, index) =>
            new PlannedPath(path, "any", index == 0 ? PathRole.Active : PathRole.Backup, "")).ToEquatableArray();
        return new("p", [new ClassPlan("default", new TrafficMatch(), Objective.Handover, null, planned)], PlanLimits.Default,
            HandoverRules.Default);
    }
}
