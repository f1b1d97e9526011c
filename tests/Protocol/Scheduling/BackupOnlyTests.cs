using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class BackupOnlyTests
{
    private readonly BackupOnly _scheduler = new();

    [Fact]
    public void Starts_with_the_cheapest_then_the_fastest_and_stays_there()
    {
        SubflowView dear = Subflow(0, 5) with { CostClass = 2 };
        Assert.Equal("2:10000", _scheduler.PickOf(Send(), dear, Subflow(1, 30), Subflow(2, 20)));
        Assert.Equal("2:10000", _scheduler.PickOf(Send(), dear, Subflow(1, 10), Subflow(2, 90)));
        Assert.Equal("wait", _scheduler.PickOf(Send(), dear, Subflow(1, 10), Subflow(2, 90, 10, 10)));
    }

    [Fact]
    public void Moves_when_its_subflow_is_stale_or_gone_and_back_from_a_backup()
    {
        SubflowView backup = Subflow(1, 10) with { Backup = true };
        Assert.Equal("0:10000", _scheduler.PickOf(Send(), Subflow(0, 20), backup));
        Assert.Equal("1:10000", _scheduler.PickOf(Send(), Subflow(0, 20) with { Stale = true }, backup));
        Assert.Equal("0:10000", _scheduler.PickOf(Send(), Subflow(0, 20), backup));

        _scheduler.HandleClosed(0);
        Assert.Equal("2:10000", _scheduler.PickOf(Send(), Subflow(0, 20), Subflow(2, 15)));
    }
}
