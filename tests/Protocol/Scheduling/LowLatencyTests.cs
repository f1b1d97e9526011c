using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class LowLatencyTests
{
    [Fact]
    public void A_message_goes_on_the_fastest_and_a_copy_on_the_next() =>
        Assert.Equal(0b100, Copies(4, Subflow(0, 80), Subflow(1, 20), Subflow(2, 50)));

    [Fact]
    public void No_copy_while_fresh_bytes_need_the_room()
    {
        Assert.Equal(0b10, Copies(10, Subflow(0, 20), Subflow(1, 50))); // both windows hold 20
        Assert.Equal(0, Copies(11, Subflow(0, 20), Subflow(1, 50))); // 10 now, their copy, and one more
    }

    [Fact]
    public void No_copy_where_the_whole_chunk_does_not_fit()
    {
        Assert.Equal(0, Copies(4, Subflow(0, 20), Subflow(1, 50, 10, 7)));
        Assert.Equal(0b10, Copies(3, Subflow(0, 20), Subflow(1, 50, 10, 7)));
    }

    [Fact]
    public void No_copy_where_it_would_come_after_the_repair()
    {
        Assert.Equal(0b10, Copies(4, Subflow(0, 20), Subflow(1, 99)));
        Assert.Equal(0, Copies(4, Subflow(0, 20), Subflow(1, 100)));
    }

    [Fact]
    public void No_copy_on_a_backup_or_on_a_path_dearer_than_allowed()
    {
        Assert.Equal(0, Copies(4, Subflow(0, 20), Subflow(1, 50) with { Backup = true }));
        Assert.Equal(0b10, Copies(4, Subflow(0, 20), Subflow(1, 50) with { CostClass = 3 }));
        Assert.Equal(0, Copies(4, new SchedulerOptions { CopyCostLimit = 2 }, Subflow(0, 20), Subflow(1, 50) with { CostClass = 3 }));
    }

    private static int Copies(int unsent, params SubflowView[] subflows) => Copies(unsent, SchedulerOptions.Default, subflows);

    private static int Copies(int unsent, SchedulerOptions options, params SubflowView[] subflows)
    {
        IScheduler scheduler = Create("lowLatency", options);
        int picked = scheduler.Pick(subflows, Send(unsent), out int bytes);
        return scheduler.PickCopies(subflows, Send(unsent), picked, Math.Min(bytes, unsent * Mss));
    }
}
