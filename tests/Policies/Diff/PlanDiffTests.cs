using Multipath.Policies.Diff;
using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Diff;

public sealed class PlanDiffTests
{
    [Fact]
    public void A_van_leaves_the_depot_and_comes_back()
    {
        var host = new RankedHost(Parse(File.ReadAllText(System.IO.Path.Combine(Repository.Root, "docs", "policies", "vans.yaml"))));
        var sat = Key("eth9", "100.64.0.2");
        var lines = new List<string>();
        Story("parked in the depot", 0, Path(Wifi, 20), Path(Lte, 60), Path(sat, 600));
        Story("Wi-Fi becomes slower, nothing to do", 60, Path(Wifi, 60), Path(Lte, 60), Path(sat, 600));
        Story("Wi-Fi loses", 90, Path(Wifi, 60, 30), Path(Lte, 60), Path(sat, 600));
        Story("Wi-Fi still loses", 90.3, Path(Wifi, 60, 30), Path(Lte, 60), Path(sat, 600));
        Story("out of reach of Wi-Fi", 95, Path(Lte, 60), Path(sat, 600));
        Story("LTE is a blackhole", 200, Path(Lte, 60, state: PathState.Silent), Path(sat, 600));
        Story("LTE answers again", 230, Path(Lte, 60), Path(sat, 600));
        Story("LTE has been good for a while", 240, Path(Lte, 60), Path(sat, 600));
        Story("back in the depot", 300, Path(Wifi, 20), Path(Lte, 60), Path(sat, 600));
        Story("Wi-Fi has been good for a while", 310, Path(Wifi, 20), Path(Lte, 60), Path(sat, 600));
        Golden.Matches("van", lines);

        void Story(string title, double seconds, params PathObservation[] paths)
        {
            var before = host.Content;
            host.Report(seconds, paths);
            lines.Add($"# {title}");
            lines.AddRange(PlanDiff.Between(before, host.Content!).DefaultIfEmpty("(nothing changes)"));
            lines.Add("");
        }
    }

    [Fact]
    public void A_policy_is_replaced()
    {
        var before = Rank(Policy("handover"));
        const string rules = "  handover: {downAfter: 1s, makeBeforeBreak: false}\n  limits: {subflows: 2}";
        var after = Rank(Policy("aggregate", rules) with { Name = "fast" });
        var bulk = after.Classes[0] with { Name = "bulk", Match = new TrafficMatch(RemotePorts: new PortRange(873, 873)) };
        var more = after with { Classes = [bulk, .. after.Classes] };
        Golden.Matches(
            "replaced",
            [.. PlanDiff.Between(before, after), "", .. PlanDiff.Between(after, more), "", .. PlanDiff.Between(more, before)]);
    }

    [Fact]
    public void Another_target_is_a_difference()
    {
        var plan = Rank(Policy());
        var other = plan with { Classes = [plan.Classes[0] with { Target = new PathTarget(RttMs: 80, LossPct: 1) }] };
        Assert.Equal(
            [$"~ class {plan.Classes[0].Name}", "    ~ target none -> rtt 80 ms and loss 1%"], PlanDiff.Between(plan, other));
    }

    [Fact]
    public void Reasons_alone_are_no_difference()
    {
        var plan = Rank(Policy());
        var paths = plan.Classes[0].Paths.Select(p => p with { Reason = "x" }).ToEquatableArray();
        var other = plan with { Classes = [plan.Classes[0] with { Paths = paths }] };
        Assert.Empty(PlanDiff.Between(plan, other));
    }

    private static PlanContent Rank(Policy policy)
    {
        var host = new RankedHost(policy);
        host.Report(0, Path(Wifi, 20), Path(Lte, 60), Path(Sat, 600));
        return host.Content!;
    }
}
