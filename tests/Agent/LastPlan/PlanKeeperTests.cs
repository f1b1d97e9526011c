using Multipath.Agent.LastPlan;
using Multipath.Policies.Model;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.LastPlan;

public sealed class PlanKeeperTests
{
    [Fact]
    public async Task Of_plans_that_come_while_one_is_written_the_newest_is_kept_and_it_is_the_last()
    {
        using var goOn = new SemaphoreSlim(0);
        List<ulong> kept = [];
        var (writers, most) = (0, 0);
        var keeper = new PlanKeeper(
            plan =>
            {
                most = Math.Max(most, Interlocked.Increment(ref writers));
                goOn.Wait();
                lock (kept)
                {
                    kept.Add(plan.Plan.Version.Generation);
                }

                Interlocked.Decrement(ref writers);
                return null;
            },
            text => throw new InvalidOperationException(text));
        keeper.Keep(Plan(1));
        await Eventually.HoldsAsync("the first is being written", () => Volatile.Read(ref writers) == 1);
        keeper.Keep(Plan(2));
        keeper.Keep(Plan(3));
        goOn.Release(3);
        await keeper.DisposeAsync();
        Assert.Equal([1, 3], kept);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Why_a_plan_is_not_kept_is_told_and_the_next_one_is()
    {
        List<string> told = [];
        var keeper = new PlanKeeper(
            plan => plan.Plan.Version.Generation switch
            {
                1 => "the disk is full",
                2 => throw new InvalidOperationException("no such plan"),
                _ => null,
            },
            told.Add);
        for (var generation = 1ul; generation <= 3; generation++)
        {
            keeper.Keep(Plan(generation));
            await keeper.DisposeAsync();
        }

        Assert.Equal(["the disk is full", "the plan cannot be kept: no such plan"], told);
    }

    private static KeptPlan Plan(ulong generation) => new(
        new HostPlan(new PlanVersion(1, generation), null, 1, new PlanContent("p", [], PlanLimits.Default, HandoverRules.Default)), "");
}
