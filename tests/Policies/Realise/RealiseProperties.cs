using Multipath.Policies.Model;
using Multipath.Policies.Realise;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Realise;

public sealed class RealiseProperties
{
    private static readonly PathKey[] Keys = [Wifi, Lte, Sat];
    private static readonly PathState[] States = [PathState.Up, PathState.Up, PathState.LinkDown, PathState.Silent];

    [Fact]
    public void Applying_the_actions_leaves_nothing_to_do() => Dice.Check(200, 400, dice => Run(dice, (plane, plan, now) =>
    {
        Assert.InRange(Settle(plane, plan, now), 0, 4);
        var wait = plane.NextDeadline - At(now);
        Assert.True(wait is null || (wait > TimeSpan.Zero && wait <= TimeSpan.FromSeconds(30)), "a wait without end");
    }));

    [Fact]
    public void A_server_settles_within_the_limit_and_keeps_what_works() => Dice.Check(200, 400, dice => Run(
        dice,
        (plane, plan, now) =>
        {
            var worked = plane.Subflows.Any(plane.IsWorking);
            Assert.InRange(Settle(plane, plan, now), 0, 4);
            Assert.Equal(worked, plane.Subflows.Any(plane.IsWorking));
            Assert.InRange(plane.Subflows.Count(s => s.Established), 1, plan.Limits.Subflows);
            Assert.InRange(plane.Offered.Count, 0, 3);
        },
        server: true));

    [Fact]
    public void The_last_working_subflow_is_never_destroyed() => Dice.Check(200, 400, dice => Run(dice, (plane, plan, now) =>
    {
        var worked = plane.Subflows.Any(plane.IsWorking);
        var actions = plane.Ask(plan, now);
        foreach (var action in actions.Where(a => a is DestroySubflow))
        {
            plane.Apply(action);
            Assert.True(!worked || plane.Subflows.Any(plane.IsWorking), action.Reason);
        }

        foreach (var action in actions.Where(a => a is not DestroySubflow))
        {
            plane.Apply(action);
        }
    }));

    [Fact]
    public void The_limit_of_subflows_is_never_passed_by_creating() => Dice.Check(200, 400, dice => Run(dice, (plane, plan, now) =>
    {
        foreach (var action in plane.Ask(plan, now))
        {
            plane.Apply(action);
            Assert.True(action is not CreateSubflow || plane.Subflows.Count <= plan.Limits.Subflows, action.ToString());
        }
    }));

    [Fact]
    public void The_same_input_gives_the_same_actions() => Dice.Check(200, 200, dice => Run(dice, (plane, plan, now) =>
    {
        var first = Realiser.Realise(plan, plane.State, plane.Memory, At(now));
        Assert.Equal(first, Realiser.Realise(plan, plane.State, plane.Memory, At(now)));
        plane.Step(plan, now);
    }));

    [Fact]
    public void Once_all_paths_are_up_the_plan_is_fulfilled() => Dice.Check(200, 300, dice =>
    {
        var (last, lastPlan, lastNow) = ((DataPlaneModel?)null, (PlanContent?)null, 0.0);
        Run(dice, (plane, plan, now) =>
        {
            plane.Step(plan, now);
            (last, lastPlan, lastNow) = (plane, plan, now);
        });
        foreach (var key in Keys)
        {
            last!.Set(key, PathState.Up);
        }

        last!.Answers = true;
        for (var i = 0; i < 5; i++)
        {
            lastNow += 31;
            Settle(last, lastPlan!, lastNow);
        }

        var wanted = lastPlan!.Classes[0].Paths.Where(p => p.Role != PathRole.Avoid).Take(lastPlan.Limits.Subflows).ToArray();
        if (lastPlan.Limits.Subflows > 1 && wanted.Length > 0)
        {
            Assert.All(wanted, p => Assert.Equal(1, last.CountOn(p.Path)));
        }
    });

    /// <summary>Steps until nothing is left to do; silent paths keep being tried, so those steps do not count.</summary>
    private static int Settle(DataPlaneModel plane, PlanContent plan, double now)
    {
        for (var steps = 0; steps < 10; steps++)
        {
            if (plane.Step(plan, now).Length == 0)
            {
                return steps;
            }
        }

        return int.MaxValue;
    }

    /// <summary>
    /// A connection's life: plans change, paths die and live again, subflows fall silent or close, joins go unanswered.
    /// </summary>
    private static void Run(Dice dice, Action<DataPlaneModel, PlanContent, double> step, bool server = false)
    {
        var plane = new DataPlaneModel(Wifi, Lte, Sat) { ServerSide = server };
        var limits = new PlanLimits(1 + dice.Roll(4), 0);
        var now = 0.0;
        for (var i = 0; i < 10; i++)
        {
            now += dice.Pick<double>([0, 0.1, 1, 4, 40]);
            plane.Answers = dice.Chance(80);
            foreach (var key in Keys.Where(_ => dice.Chance(40)))
            {
                plane.Set(key, dice.Pick(States));
            }

            foreach (var subflow in plane.Subflows.ToArray())
            {
                Disturb(dice, plane, subflow, now);
            }

            for (var joins = server ? dice.Roll(4) : 0; joins > 0; joins--)
            {
                var path = dice.Pick(Keys);
                var id = plane.Offered.FirstOrDefault(o => o.Value == path).Key;
                plane.Join(path, id, $"203.0.113.{dice.Roll(5)}:{1024 + (10 * i) + joins}");
            }

            var order = Keys.OrderBy(_ => dice.Roll(100)).ToArray();
            PathRole[] roles = [PathRole.Active, .. order.Skip(1).Select(_ => (PathRole)dice.Roll(3)).Order()];
            step(plane, Plans.Of(limits, [.. order.Zip(roles)]), now);
        }
    }

    private static void Disturb(Dice dice, DataPlaneModel plane, SubflowState subflow, double now)
    {
        var path = Keys.Single(k => k.Address.Equals(subflow.Local.Address));
        switch (dice.Roll(10))
        {
            case 0:
                plane.Change(subflow, subflow with { Silent = subflow.Established });
                break;
            case 1:
                plane.Change(subflow, subflow with { Silent = false });
                break;
            case 2 when plane.Subflows.Count > 1:
                plane.Close(subflow);
                plane.Memory = plane.Memory.SubflowClosed(DataPlaneModel.Token, path, dice.Chance(50), At(now));
                break;
            case 3:
                plane.Change(subflow, subflow with { Established = true });
                break;
            default:
                break;
        }
    }
}
