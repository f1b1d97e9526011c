using System.Net;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Routes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Routes;

public sealed class WindowChangesTests
{
    private static readonly RouteKey Key = new(102, IPAddress.Any, 0, 0, 100, 3);
    private static readonly StandbyPath Standby = new(false, 102, 3, Carries: false);

    [Theory]
    [InlineData(null, true, false, "raise")]
    [InlineData(null, false, false, "")]
    [InlineData(40u, true, false, "")]
    [InlineData(14u, true, false, "")]
    [InlineData(14u, false, false, "")]
    [InlineData(14u, true, true, "ours")]
    [InlineData(14u, false, true, "restore ours")]
    [InlineData(20u, true, true, "raise ours")]
    [InlineData(20u, false, true, "restore ours")]
    [InlineData(20u, true, false, "")]
    [InlineData(40u, false, true, "")]
    [InlineData(null, false, true, "")]
    public void Only_a_route_without_a_window_gets_one_and_only_ours_loses_it(uint? window, bool wanted, bool ours, string expected)
    {
        var changes = WindowChanges.Between([Route(Key, window)], wanted ? [Standby] : [], ours ? [Key] : []);
        var did = changes.Raise.Select(_ => "raise").Concat(changes.Restore.Select(_ => "restore"))
            .Concat(changes.Ours.Select(_ => "ours"));
        Assert.Equal(expected, string.Join(' ', did));
    }

    [Fact]
    public void A_path_that_carries_beside_a_better_one_gets_the_larger_window_and_keeps_it()
    {
        var carrying = Standby with { Carries = true };
        Assert.Equal(20u, Assert.Single(WindowChanges.Between([Route(Key, null)], [carrying], []).Raise).Window);
        Assert.Equal(20u, Assert.Single(WindowChanges.Between([Route(Key, 14)], [carrying], [Key]).Raise).Window);
        Assert.Equal(14u, Assert.Single(WindowChanges.Between([Route(Key, 20)], [Standby], [Key]).Raise).Window);
        Assert.Empty(WindowChanges.Between([Route(Key, 20)], [carrying], [Key]).Raise);
    }

    [Fact]
    public void A_replacement_that_could_hit_another_route_is_not_tried()
    {
        KernelRoute[] twins = [Route(Key, null), Route(Key with { InterfaceIndex = 4 }, null)];
        Assert.Empty(WindowChanges.Between(twins, [Standby], []).Raise);
        Assert.Empty(WindowChanges.Between([Route(Key, null) with { Message = null }], [Standby], []).Raise);
        Assert.Empty(WindowChanges.Between([Route(Key with { Table = 254 }, null)], [Standby], []).Raise);
    }

    [Theory]
    [InlineData("254 10.0.0.0/8 0 100 3")]
    [InlineData("102 2001:db8::/32 0 1024 7")]
    public void A_route_is_a_line_of_a_file(string line) => Assert.Equal(line, RouteKey.Parse(line)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("254 10.0.0.0 0 100 3")]
    [InlineData("254 10.0.0.0/x 0 100 3")]
    [InlineData("254 10.0.0.0/8 0 100")]
    [InlineData("-1 10.0.0.0/8 0 100 3")]
    public void What_is_no_such_line_is_passed_over(string line) => Assert.Null(RouteKey.Parse(line));

    [Fact]
    public void A_path_stands_by_when_the_plan_uses_it_and_it_leads_no_class_and_shares_no_routes_with_another()
    {
        HostPath[] paths = [Path(1, 101), Path(2, 102), Path(3, 103), Path(4, 104), Path(5, 254), Path(6, 254, interfaceIndex: 5)];
        ClassPlan[] classes =
        [
            Class((1, PathRole.Active), (2, PathRole.Backup), (3, PathRole.Backup), (4, PathRole.Avoid), (5, PathRole.Backup)),
            Class((3, PathRole.Active), (2, PathRole.Active)),
        ];
        var plan = new PlanContent("p", [.. classes], PlanLimits.Default, HandoverRules.Default);
        Assert.Equal([new StandbyPath(false, 102, 2, Carries: true)], StandbyPath.Of(plan, paths));
        Assert.False(Assert.Single(StandbyPath.Of(plan with { Classes = [classes[0]] }, [paths[1]])).Carries);
        Assert.Empty(StandbyPath.Of(null, paths));
    }

    private static KernelRoute Route(RouteKey key, uint? window) => new(key, window, [1]);

    private static HostPath Path(int number, uint table, int? interfaceIndex = null) =>
        new(KeyOf(number), interfaceIndex ?? number, true, null, table);

    private static PathKey KeyOf(int number) => new($"eth{number}", IPAddress.Parse($"10.0.{number}.1"));

    private static ClassPlan Class(params (int Path, PathRole Role)[] paths) => new(
        $"class{paths.Length}",
        new TrafficMatch(),
        Objective.Handover,
        null,
        [.. paths.Select(path => new PlannedPath(KeyOf(path.Path), "any", path.Role, ""))]);
}
