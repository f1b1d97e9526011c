using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;
using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;

namespace Multipath.Lab.Tests.Simulated;

public sealed class SimulatedWorldTests
{
    private static readonly LinkChange Blackhole = new(Outage: Outage.Blackhole);
    private static readonly LinkChange Down = new(Outage: Outage.Down);

    [Theory]
    [InlineData("upload")]
    [InlineData("download")]
    public void A_stream_arrives_whole_and_at_its_pace(string direction)
    {
        using var world = new SmallWorld(direction);
        world.Pass(6000);
        var result = world.Transfer.Result!;
        Assert.True(result.IsIntact, result.Failure);
        Assert.InRange(result.ReceivedBytes, 2_490_000, 2_510_000);
        Assert.InRange(result.LongestGapMs, 1, 25);
        Assert.Empty(world.Van.Snapshot().Connections);
        Assert.IsType<MptcpEvent.Closed>(world.Events("hub")[^1]);
    }

    [Fact]
    public void Two_links_carry_more_than_one()
    {
        using var world = new SmallWorld(rate: "100mbit");
        world.Pass(100);
        world.JoinLte(backup: false);
        world.Pass(3000);
        Assert.InRange(world.Transfer.ReceivedBytes * 8 / 3.1e6, 24, 30);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("download")]
    public void A_destroyed_subflow_is_replaced_at_once(string direction)
    {
        using var world = new SmallWorld(direction);
        world.Pass(100);
        world.JoinLte(backup: true);
        world.Pass(900);
        world.Break("wifi", Blackhole);
        world.Pass(60);
        var (host, token) = direction == "upload" ? (world.Van, world.Token) : (world.Hub, world.Connection("hub").Token);
        var wifi = host.Snapshot().Connections[0].Subflows[0].Tuple;
        Assert.Null(host.Destroy(token, wifi));
        world.Pass(6000);
        Assert.True(world.Transfer.Result!.IsIntact);

        // 60 ms until it is destroyed, LTE's 25 ms one way, and first in line the few whose acknowledgement the hole swallowed.
        Assert.InRange(world.Transfer.Result.LongestGapMs, 85, 95);
    }

    [Fact]
    public void Without_an_action_a_timeout_passes_first()
    {
        using var world = new SmallWorld();
        world.Pass(100);
        world.JoinLte(backup: true);
        world.Pass(900);
        world.Break("wifi", Blackhole);
        world.Pass(6000);
        Assert.True(world.Transfer.Result!.IsIntact);
        Assert.InRange(world.Transfer.Result.LongestGapMs, 200, 260);
    }

    [Fact]
    public void The_only_path_is_waited_for()
    {
        using var world = new SmallWorld();
        world.Pass(1000);
        world.Break("wifi", Blackhole);
        world.Pass(1000);
        world.Break("wifi", new LinkChange(Outage: Outage.None));
        world.Pass(6000);
        Assert.True(world.Transfer.Result!.IsIntact);
        Assert.InRange(world.Transfer.Result.LongestGapMs, 1000, 2000);
    }

    [Fact]
    public void A_path_that_stays_silent_ends_the_transfer_and_says_so()
    {
        using var world = new SmallWorld();
        world.Pass(1000);
        world.Break("wifi", Blackhole);
        world.Pass(20_000);
        Assert.Equal("receiver: nothing came for 15 s", world.Transfer.Result!.Failure);
        Assert.False(world.Transfer.Result.IsIntact);
    }

    [Fact]
    public void A_fifth_lost_is_a_fifth_sent_again_and_the_content_is_right()
    {
        using var world = new SmallWorld(loss: "20%", rate: "500kbit");
        world.Pass(3500);
        var sample = world.Wifi.Sample();
        Assert.InRange((double)sample.BytesRetransmitted / sample.BytesSent, 0.12, 0.28);
        world.Pass(6000);
        Assert.True(world.Transfer.Result!.IsIntact);
    }

    [Fact]
    public void A_backup_rests_until_no_active_subflow_is_left_and_peers_hear_of_priorities()
    {
        using var world = new SmallWorld();
        world.Pass(100);
        world.JoinLte(backup: true);
        world.Pass(900);
        Assert.Equal(0ul, world.Lte.Sample().BytesSent);
        world.Events("hub");

        Assert.Null(world.Van.SetBackup(world.Token, world.Lte.Tuple, backup: false));
        Assert.Null(world.Van.SetBackup(world.Token, world.Wifi.Tuple, backup: true));
        world.Pass(100);
        Assert.Equal(
            [(1, true), (0, false)],
            world.Events("hub").OfType<MptcpEvent.SubflowPriority>().Select(one => ((int)one.Subflow.RemoteId, !one.Subflow.Backup))
                .OrderByDescending(one => one.Item1));
        Assert.InRange(world.Lte.Sample().BytesSent, 40_000ul, 80_000ul);
    }

    [Fact]
    public void A_join_takes_a_round_trip_and_is_told_as_the_kernel_tells_it()
    {
        using var world = new SmallWorld();
        world.Pass(100);
        Assert.Equal(
            [typeof(MptcpEvent.Created), typeof(MptcpEvent.Established)], world.Events("van").Select(one => one.GetType()));
        world.Events("hub");
        Assert.Null(world.JoinLte(backup: true));
        world.Pass(50);
        Assert.Empty(world.Events("van"));
        world.Pass(1);
        var joined = Assert.IsType<MptcpEvent.SubflowEstablished>(Assert.Single(world.Events("van")));
        Assert.Equal((SmallWorld.LteId, false), (joined.Subflow.LocalId, joined.Subflow.Backup));
        world.Pass(30);
        var accepted = Assert.IsType<MptcpEvent.SubflowEstablished>(Assert.Single(world.Events("hub")));
        Assert.Equal((SmallWorld.LteId, true), (accepted.Subflow.RemoteId, accepted.Subflow.Backup));
    }

    [Fact]
    public void A_link_that_is_down_refuses_a_join_and_a_blackhole_never_answers_it()
    {
        using var world = new SmallWorld();
        world.Pass(100);
        world.Break("lte", Down);
        Assert.Equal("ENETUNREACH", world.JoinLte(backup: false)!.Name);
        world.Break("lte", Blackhole);
        Assert.Null(world.JoinLte(backup: false));
        world.Events("van");
        world.Pass(3000);
        Assert.False(world.Van.Snapshot().Connections[0].Subflows[1].Established);
        Assert.Empty(world.Events("van"));
    }

    [Fact]
    public void A_withdrawn_address_closes_its_subflows_at_both_ends()
    {
        using var world = new SmallWorld();
        world.Pass(100);
        world.JoinLte(backup: true);
        world.Pass(900);
        world.Break("wifi", Down);
        var wifi = world.Wifi.Tuple;
        Assert.Null(world.Van.Withdraw(world.Token, 0));
        Assert.Equal("ESRCH", world.Van.Destroy(world.Token, wifi)!.Name);
        world.Pass(100);
        Assert.Equal([SmallWorld.LteId], world.Hub.Snapshot().Connections[0].Subflows.Select(one => one.RemoteId));
        Assert.Contains(world.Events("hub"), one => one is MptcpEvent.Removed { RemoteId: 0 });
    }

    [Fact]
    public void A_subflow_that_was_closed_in_a_blackhole_is_closed_at_the_other_end_once_the_path_lives()
    {
        using var world = new SmallWorld("download");
        world.Pass(100);
        world.JoinLte(backup: false);
        world.Pass(900);
        world.Break("wifi", Blackhole);
        Assert.Null(world.Hub.Destroy(world.Connection("hub").Token, world.Hub.Snapshot().Connections[0].Subflows[0].Tuple));
        world.Pass(500);
        Assert.Equal(2, world.Van.Snapshot().Connections[0].Subflows.Length);
        world.Break("wifi", new LinkChange(Outage: Outage.None));
        world.Pass(1000);
        Assert.Equal([SmallWorld.LteId], world.Van.Snapshot().Connections[0].Subflows.Select(one => one.LocalId));
    }

    [Fact]
    public void The_blackhole_detector_fires_in_a_blackhole_and_never_before()
    {
        using var world = new SmallWorld();
        world.Pass(100);
        world.JoinLte(backup: true);
        var detector = new BlackholeDetector();
        var wifi = world.Wifi;
        Assert.Null(FirstAlarmMs(1900));
        world.Break("wifi", Blackhole);
        Assert.InRange(FirstAlarmMs(300)!.Value, 40, 80);

        int? FirstAlarmMs(int limitMs)
        {
            for (var ms = 10; ms <= limitMs; ms += 10)
            {
                world.Pass(10);
                if (detector.Observe(wifi.Sample(), cautious: false, DateTimeOffset.UnixEpoch.AddMilliseconds(world.NowMs)).Silent)
                {
                    return ms;
                }
            }

            return null;
        }
    }
}
