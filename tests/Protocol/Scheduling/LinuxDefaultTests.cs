using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

/// <summary>mptcp_subflow_get_send of net/mptcp/protocol.c, step by step.</summary>
public sealed class LinuxDefaultTests
{
    private readonly LinuxDefault _scheduler = new();

    [Fact]
    public void Takes_the_queue_that_drains_first_and_of_equals_the_first_in_the_list()
    {
        // 4,000 bytes at 600,000 a second last 6.7 ms; 5,000 at 240,000 last 20.8 ms.
        Assert.Equal("1:16000", _scheduler.PickOf(Send(), Subflow(0, 50, 10, 5), Subflow(1, 20, 10, 4)));
        Assert.Equal("7:20000", new LinuxDefault().PickOf(Send(), Subflow(7, 80), Subflow(1, 20)));
    }

    [Fact]
    public void Queues_beyond_the_window_up_to_twice_of_it_and_has_no_second_best()
    {
        Assert.True(_scheduler.QueuesAhead);
        Assert.Equal("0:5000", _scheduler.PickOf(Send(), Subflow(0, 20, 10, 15), Subflow(1, 500, 10, 10)));
        Assert.Equal("wait", _scheduler.PickOf(Send(), Subflow(0, 20, 10, 20), Subflow(1, 900, 10, 10)));
    }

    [Fact]
    public void Bursts_up_to_64_KiB_and_to_the_send_window()
    {
        Assert.Equal("0:65428", _scheduler.PickOf(Send(), Subflow(0, 20, 100)));
        Assert.Equal("0:7000", _scheduler.PickOf(Send(window: 20, inFlight: 13), Subflow(0, 20, 100)));
    }

    [Fact]
    public void Averages_the_pacing_rate_over_what_is_queued()
    {
        // Starts with 1,200,000 of an empty queue; then (1,200,000 * 10,000 + 200,000 * 10,000) / 20,000 = 700,000.
        SubflowView fast = Subflow(0, 10) with { PacingRate = 1_200_000 };
        Assert.Equal("0:10000", _scheduler.PickOf(Send(window: 10), fast));
        SubflowView slower = fast with { PacingRate = 200_000, QueuedBytes = 10_000, Space = 0 };
        Assert.Equal("0:10000", _scheduler.PickOf(Send(window: 10), slower));

        // 10,000 bytes: 14.286 ms by the average, 50 ms by the rate of now.
        SubflowView other = Subflow(1, 10) with { PacingRate = 70_000, QueuedBytes = 1_001 };
        Assert.Equal("0:9000", _scheduler.PickOf(Send(window: 9), slower, other));
        Assert.Equal("1:9000", _scheduler.PickOf(Send(window: 9), slower, other with { QueuedBytes = 0 }));
    }

    [Fact]
    public void Skips_one_whose_rate_is_not_known_and_prefers_no_backup()
    {
        Assert.Equal("1:20000", _scheduler.PickOf(Send(), Subflow(0, 0), Subflow(1, 90)));
        Assert.Equal("wait", _scheduler.PickOf(Send(), Subflow(0, 0), Subflow(1, 90) with { Backup = true }));
        Assert.Equal("1:20000", _scheduler.PickOf(Send(), Subflow(0, 20) with { Usable = false }, Subflow(1, 90) with { Backup = true }));
    }

    [Fact]
    public void The_send_buffer_does_not_shrink_with_the_window()
    {
        Assert.Equal("0:10000", _scheduler.PickOf(Send(window: 10), Subflow(0, 20, 10, 5)));
        Assert.Equal("0:4000", _scheduler.PickOf(Send(), Subflow(0, 20, 1, 16)));
        _scheduler.HandleClosed(0);
        Assert.Equal("wait", _scheduler.PickOf(Send(), Subflow(0, 20, 1, 16)));
    }

    [Fact]
    public void Reinjects_where_the_send_buffer_has_room_and_the_queue_is_shortest()
    {
        SubflowView carrier = Subflow(0, 20) with { Carries = true };
        Assert.Equal(2, _scheduler.PickReinjection([carrier, Subflow(1, 20, 10, 19), Subflow(2, 80, 10, 12)], Send()));
        Assert.Equal(-1, _scheduler.PickReinjection([carrier, Subflow(3, 20, 10, 20)], Send()));
    }

    [Fact]
    public void Reinjects_after_a_retransmission_timeout()
    {
        Assert.Equal(Duration.FromMillis(200), _scheduler.OverdueAfter(Subflow(0, 20)));
        Assert.Equal(Duration.FromMillis(600), _scheduler.OverdueAfter(Subflow(0, 200, varMs: 100)));
        Assert.Equal(Duration.FromSeconds(1), _scheduler.OverdueAfter(Subflow(0, 0)));
    }
}
