using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class WeightedTests
{
    [Fact]
    public void Shares_by_weight_and_zero_counts_as_one()
    {
        long[] carried = Carry(
            new Weighted(),
            1000,
            Subflow(0, 10) with { Weight = 5 },
            Subflow(1, 90) with { Weight = 3 },
            Subflow(2, 50) with { Weight = 2 });
        Assert.Equal([500_000, 300_000, 200_000], carried);

        carried = Carry(new Weighted(), 400, Subflow(0, 10) with { Weight = 3 }, Subflow(1, 90));
        Assert.Equal([300_000, 100_000], carried);
    }

    [Fact]
    public void Passes_over_one_without_space_which_then_catches_up_one_burst_and_no_more()
    {
        var scheduler = new Weighted();
        Carry(scheduler, 10_000, Subflow(0, 10), Subflow(1, 10, 10, 10));
        int first = 0;
        SubflowView[] both = [Subflow(0, 10), Subflow(1, 10)];
        while (both[scheduler.Pick(both, Send(), out int bytes)].Id == 1)
        {
            scheduler.HandleAssigned(1, bytes);
            first++;
        }

        Assert.Equal((Weighted.CatchUpBytes / Mss) + 2, first);
    }

    [Fact]
    public void A_new_subflow_in_an_old_slot_owes_nothing_and_is_owed_nothing()
    {
        var scheduler = new Weighted();
        Carry(scheduler, 100, Subflow(0, 10), Subflow(1, 10));
        scheduler.HandleClosed(1);
        Assert.Equal([50_000, 50_000], Carry(scheduler, 100, Subflow(0, 10), Subflow(1, 10)));
    }

    private static long[] Carry(Weighted scheduler, int picks, params SubflowView[] subflows)
    {
        long[] carried = new long[subflows.Length];
        for (int i = 0; i < picks; i++)
        {
            int picked = scheduler.Pick(subflows, Send(), out int bytes);
            carried[picked] += bytes;
            scheduler.HandleAssigned(subflows[picked].Id, bytes);
        }

        return carried;
    }
}
