using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class RedundantTests
{
    private readonly IScheduler _scheduler = Create("redundant");

    [Fact]
    public void Every_active_subflow_carries_what_it_has_not_carried_yet()
    {
        Assert.Equal(SchedulerMode.Redundant, _scheduler.Mode);
        Assert.Equal("1:3000", _scheduler.PickOf(Send(0), Behind(0, 50, 9), Behind(1, 20, 3), Behind(2, 80, 99)));
        Assert.Equal("0:9000", _scheduler.PickOf(Send(0), Behind(0, 50, 9), Behind(1, 20, 0), Behind(2, 80, 99)));
        Assert.Equal("2:10000", _scheduler.PickOf(Send(0), Behind(0, 50, 0), Behind(1, 20, 0), Behind(2, 80, 99)));
        Assert.Equal("wait", _scheduler.PickOf(Send(0), Behind(0, 50, 0), Behind(1, 20, 0), Behind(2, 80, 0)));
    }

    [Fact]
    public void A_full_window_stops_only_its_own_subflow_and_backups_stay_idle()
    {
        SubflowView full = Behind(0, 10, 5) with { Space = 0 };
        Assert.Equal("1:5000", _scheduler.PickOf(Send(0), full, Behind(1, 20, 5), Behind(2, 5, 5) with { Backup = true }));
        Assert.Equal("wait", _scheduler.PickOf(Send(0), full, Behind(2, 5, 5) with { Backup = true }));
        Assert.Equal("2:5000", _scheduler.PickOf(Send(0), full with { Usable = false }, Behind(2, 5, 5) with { Backup = true }));
    }

    private static SubflowView Behind(int id, int srttMs, int segments) => Subflow(id, srttMs) with { UncarriedBytes = segments * Mss };
}
