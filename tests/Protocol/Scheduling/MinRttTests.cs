using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class MinRttTests
{
    private readonly IScheduler _scheduler = Create("minRtt");

    [Fact]
    public void Takes_the_fastest_with_space_and_all_of_its_space()
    {
        Assert.Equal("1:10000", _scheduler.PickOf(Send(), Subflow(0, 50), Subflow(1, 20), Subflow(2, 80)));
        Assert.Equal("0:4000", _scheduler.PickOf(Send(), Subflow(0, 50, 10, 6), Subflow(1, 20, 10, 10), Subflow(2, 80)));
        Assert.Equal("wait", _scheduler.PickOf(Send(), Subflow(0, 50, 10, 10), Subflow(1, 20, 10, 12)));
        Assert.Equal("wait", _scheduler.PickOf(Send()));
    }

    [Fact]
    public void Takes_a_backup_only_if_no_active_subflow_is_usable_and_a_stale_one_last()
    {
        SubflowView backup = Subflow(1, 5) with { Backup = true };
        SubflowView stale = Subflow(2, 1) with { Stale = true };
        Assert.Equal("0:10000", _scheduler.PickOf(Send(), Subflow(0, 50), backup, stale));
        Assert.Equal("wait", _scheduler.PickOf(Send(), Subflow(0, 50, 10, 10), backup, stale));
        Assert.Equal("1:10000", _scheduler.PickOf(Send(), Subflow(0, 50) with { Usable = false }, backup, stale));
        Assert.Equal("1:10000", _scheduler.PickOf(Send(), Subflow(0, 50) with { Stale = true }, backup));
        Assert.Equal("2:10000", _scheduler.PickOf(Send(), stale));
    }
}
