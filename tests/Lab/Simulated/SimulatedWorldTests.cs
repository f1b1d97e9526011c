using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;
using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;

namespace Multipath.Lab.Tests.Simulated;

/// <summary>A scenario on userspace stacks and simulated links, step by step.</summary>
public sealed class SimulatedWorldTests
{
    private static readonly LinkChange Blackhole = new(Outage: Outage.Blackhole);
    private static readonly LinkChange Down = new(Outage: Outage.Down);
    private static readonly LinkChange Whole = new(Outage: Outage.None);

    [Theory]
    [InlineData("upload")]
    [InlineData("download")]
    public void A_stream_arrives_whole_and_at_its_pace(string direction)
    {
        using var world = new SmallWorld(direction);
        world.Pass(6000);
        var result = world.Transfer.Result!;
        Assert.True(result.IsIntact, result.Failure);
        Assert.True(result.IsMptcp);
        Assert.InRange(result.ReceivedBytes, 2_490_000, 2_510_000);
        Assert.InRange(result.LongestGapMs, 1, 25);
        Assert.Empty(world.Van.Snapshot().Connections);
        Assert.Single(SmallWorld.Events(world.Hub).OfType<MptcpEvent.Closed>());
    }

    [Fact]
    public void Two_links_carry_more_than_one()
    {
        using var world = new SmallWorld(rate: "100mbit");
        world.Pass(200);
        Assert.Null(world.JoinLte(backup: false));
        world.Pass(3000);
        Assert.InRange(world.Transfer.ReceivedBytes * 8 / 3.2e6, 23, 30);
    }

    [Fact]
    public void A_path_that_falls_silent_is_left_for_its_backup_without_any_command()
    {
        using var world = new SmallWorld();
        world.Pass(200);
        Assert.Null(world.JoinLte(backup: true));
        world.Pass(800);
        world.Break("wifi", Blackhole);
        world.Pass(6000);
        Assert.True(world.Transfer.Result!.IsIntact, world.Transfer.Result.Failure);
        Assert.InRange(world.Transfer.Result.LongestGapMs, 25, 90);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("download")]
    public void What_a_destroyed_subflow_held_goes_over_the_other_at_once(string direction)
    {
        using var world = new SmallWorld(direction);
        world.Pass(200);
        Assert.Null(world.JoinLte(backup: false));
        world.Pass(800);
        var plane = direction == "upload" ? world.Van : world.Hub;
        var connection = SmallWorld.Connection(plane);
        var wifi = Assert.Single(connection.Subflows, one => one.LocalId == 0 && one.RemoteId == 0).Tuple;
        world.Break("wifi", Blackhole);
        Assert.Null(plane.Destroy(connection.Token, wifi));
        world.Pass(6000);
        Assert.True(world.Transfer.Result!.IsIntact, world.Transfer.Result.Failure);

        // LTE's 25 ms one way, and what was in flight on Wi-Fi again.
        Assert.InRange(world.Transfer.Result.LongestGapMs, 15, 60);
    }

    [Fact]
    public void The_only_path_is_waited_for()
    {
        using var world = new SmallWorld();
        world.Pass(1000);
        world.Break("wifi", Blackhole);
        world.Pass(1000);
        world.Break("wifi", Whole);
        world.Pass(6000);
        Assert.True(world.Transfer.Result!.IsIntact, world.Transfer.Result.Failure);
        Assert.InRange(world.Transfer.Result.LongestGapMs, 1000, 2500);
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
        using var world = new SmallWorld(rate: "500kbit");
        world.Pass(200);
        world.Break("wifi", new LinkChange(Loss: 0.2));
        world.Pass(3500);
        var sample = world.Wifi.Sample;
        Assert.InRange((double)sample.BytesRetransmitted / sample.BytesSent, 0.12, 0.4);
        world.Pass(12_000);
        Assert.True(world.Transfer.Result!.IsIntact, world.Transfer.Result.Failure);
    }

    [Fact]
    public void A_backup_rests_until_priorities_change_and_the_peer_hears_of_them()
    {
        using var world = new SmallWorld();
        world.Pass(200);
        Assert.Null(world.JoinLte(backup: true));
        world.Pass(800);
        Assert.Equal(0ul, world.Lte.Sample.BytesSent);
        SmallWorld.Events(world.Hub);

        Assert.Null(world.Van.SetBackup(world.Token, world.Lte.Tuple, backup: false));
        Assert.Null(world.Van.SetBackup(world.Token, world.Wifi.Tuple, backup: true));
        world.Pass(100);
        var heard = SmallWorld.Events(world.Hub).OfType<MptcpEvent.SubflowPriority>().ToDictionary(one => one.Subflow.RemoteId);
        Assert.False(heard[SmallWorld.LteId].Subflow.Backup);
        Assert.True(heard[0].Subflow.Backup);
        Assert.InRange(world.Lte.Sample.BytesSent, 40_000ul, 80_000ul);
    }

    [Fact]
    public void A_join_takes_its_round_trips_and_is_told_as_the_kernel_tells_it()
    {
        using var world = new SmallWorld();
        world.Pass(200);
        Assert.Equal(
            [typeof(MptcpEvent.Created), typeof(MptcpEvent.Established)], SmallWorld.Events(world.Van).Select(one => one.GetType()));
        SmallWorld.Events(world.Hub);
        Assert.Null(world.JoinLte(backup: true));
        world.Pass(49);
        Assert.Empty(SmallWorld.Events(world.Van));
        world.Pass(60);
        var joined = Assert.IsType<MptcpEvent.SubflowEstablished>(Assert.Single(SmallWorld.Events(world.Van)));
        Assert.Equal(SmallWorld.LteId, joined.Subflow.LocalId);
        var accepted = Assert.Single(SmallWorld.Events(world.Hub).OfType<MptcpEvent.SubflowEstablished>());
        Assert.Equal((SmallWorld.LteId, true), (accepted.Subflow.RemoteId, accepted.Subflow.Backup));
    }

    [Fact]
    public void A_withdrawn_address_closes_its_subflows_at_both_ends()
    {
        using var world = new SmallWorld();
        world.Pass(200);
        Assert.Null(world.JoinLte(backup: true));
        world.Pass(800);
        world.Break("wifi", Down);
        Assert.Null(world.Van.Withdraw(world.Token, 0));
        world.Pass(100);
        Assert.Equal([SmallWorld.LteId], SmallWorld.Connection(world.Hub).Subflows.Select(one => one.RemoteId));
        Assert.Contains(SmallWorld.Events(world.Hub), one => one is MptcpEvent.Removed { RemoteId: 0 });
    }

    [Fact]
    public void The_blackhole_detector_fires_in_a_blackhole_and_never_before()
    {
        using var world = new SmallWorld();
        world.Pass(200);
        var detector = new BlackholeDetector();
        Assert.Null(FirstAlarmMs(1900));
        world.Break("wifi", Blackhole);
        Assert.InRange(FirstAlarmMs(300)!.Value, 40, 100);

        int? FirstAlarmMs(int limitMs)
        {
            for (var ms = 10; ms <= limitMs; ms += 10)
            {
                world.Pass(10);
                if (detector.Observe(world.Wifi.Sample, cautious: false, DateTimeOffset.UnixEpoch.AddMilliseconds(world.NowMs)).Silent)
                {
                    return ms;
                }
            }

            return null;
        }
    }

    [Fact]
    public void The_same_scenario_with_the_same_commands_goes_the_same_way_to_the_last_packet()
    {
        Assert.Equal(Run(), Run());

        static (ulong Trace, string Hash) Run()
        {
            using var world = new SmallWorld(loss: "5%");
            world.Pass(300);
            world.JoinLte(backup: false);
            world.Pass(8000);
            return (world.TraceHash, world.Transfer.Result!.ReceivedHash);
        }
    }
}
