using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>RFC 8985 section 6 (RACK), RFC 6675, RFC 6582.</summary>
public class LossRecoveryTests
{
    private static SubflowScript Sending(int segments, string synAck = "S. 0:0(0) ack 1 mss 1000 sackok")
    {
        var script = SubflowScript.Established(synAck: synAck);
        script.WriteSegments(segments);
        script.TakeSent();
        script.Wait(100);
        return script;
    }

    [Fact]
    public void Third_arrival_behind_a_gap_sends_the_first_segment_again()
    {
        var script = Sending(6);
        script.Receive(". 1:1(0) ack 1 sack 1001:2001");
        script.Receive(". 1:1(0) ack 1 sack 1001:3001");
        script.ExpectNothing();
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
        script.Receive(". 1:1(0) ack 1 sack 1001:4001");
        Assert.True(script.LastOutcome.Has(SegmentEvents.LossFound));
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
        script.Expect(". 1:1001(1000) ack 1");
        Assert.Equal(SegmentKind.Retransmission, script.LastPlan.Kind);
        Assert.Equal(1_000_000ul, script.LastPlan.Dsn.Value);

        script.Wait(100);
        script.Receive(". 1:1(0) ack 6001");
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
        Assert.Equal(1, script.Subflow.GetStatistics().Retransmissions);
        Assert.Equal(1, script.Subflow.GetStatistics().SegmentsLost);
        Assert.Equal(3_000, script.Subflow.Congestion.SlowStartThreshold);
    }

    [Fact]
    public void A_gap_that_stays_for_a_quarter_of_the_round_trip_is_a_loss()
    {
        var script = Sending(2);
        script.Receive(". 1:1(0) ack 1 sack 1001:2001");
        script.ExpectAt(125, ". 1:1001(1000) ack 1");
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
    }

    [Fact]
    public void A_late_segment_is_no_loss_and_widens_the_patience()
    {
        var script = Sending(6);
        script.Receive(". 1:1(0) ack 1 sack 1001:2001");
        script.Wait(10);
        script.Receive(". 1:1(0) ack 2001");
        script.ExpectNothing();

        // Having seen reordering, three arrivals are no proof any more; time is.
        script.Receive(". 1:1(0) ack 2001 sack 3001:6001");
        script.ExpectNothingUntil(130);
        script.Skip(10);
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
    }

    [Fact]
    public void All_gaps_are_filled_in_one_recovery()
    {
        var script = Sending(10);
        script.Receive(". 1:1(0) ack 1 sack 1001:2001 sack 3001:4001 sack 5001:10001");
        Assert.Equal([". 1:1001(1000) ack 1", ". 2001:3001(1000) ack 1"], script.TakeSent()[..2]);
        script.Receive(". 1:1(0) ack 2001 sack 3001:4001 sack 5001:10001");
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
        script.Skip(100);
        script.Receive(". 1:1(0) ack 10001");
        Assert.Equal(3, script.Subflow.GetStatistics().Retransmissions);
        Assert.Equal(1, script.Subflow.GetStatistics().Recoveries);
        Assert.Equal(5_000, script.Subflow.Congestion.Window);
    }

    [Fact]
    public void A_lost_retransmission_is_found_without_a_timeout()
    {
        var script = Sending(5);
        script.Receive(". 1:1(0) ack 1 sack 1001:4001");
        script.Expect(". 1:1001(1000) ack 1");
        script.WriteSegments(2);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1 sack 1001:5001");
        script.Receive(". 1:1(0) ack 1 sack 1001:6001");
        script.Skip(30);
        Assert.Equal(0, script.Subflow.GetStatistics().Timeouts);
        Assert.Equal(2, script.Subflow.GetStatistics().Retransmissions);
    }

    [Fact]
    public void A_retransmission_that_left_behind_new_data_in_the_same_instant_is_not_lost_when_that_arrives()
    {
        var script = Sending(6);
        script.Receive(". 1:1(0) ack 1 sack 1001:3001");
        script.WriteSegments(1);
        script.Expect("P. 6001:7001(1000) ack 1");
        script.Receive(". 1:1(0) ack 1 sack 1001:4001");
        script.Expect(". 1:1001(1000) ack 1");
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1 sack 1001:7001");
        script.ExpectNothing();
        script.Receive(". 1:1(0) ack 7001");
        Assert.Equal(1, script.Subflow.GetStatistics().SegmentsLost);
        Assert.Equal(1, script.Subflow.GetStatistics().Retransmissions);
    }

    [Fact]
    public void A_merged_segment_is_cut_where_the_peer_lost_a_part_of_it()
    {
        var script = SubflowScript.Established();
        script.MaxPayload = 8_000;
        script.Write(8_000);
        script.Expect("P. 1:8001(8000) ack 1");
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1001 sack 2001:8001");
        script.Expect(". 1001:2001(1000) ack 1");
        Assert.Equal(8_000, script.LastPlan.Chunk.Length);
        Assert.Equal(1_001_000ul, script.LastPlan.Dsn.Value);
        script.Receive(". 1:1(0) ack 8001");
        Assert.Equal(0, script.Subflow.InFlight);
        Assert.Equal(0, script.Subflow.ChunkCount);
    }

    [Fact]
    public void Blocks_of_odd_numbers_or_of_what_was_never_sent_are_ignored()
    {
        var script = Sending(4);
        script.Receive(". 1:1(0) ack 1 sack 3001:2001 sack 4001:9001 sack 2001:2001");
        Assert.Equal(4_000, script.Subflow.InFlight);
        script.Receive(". 1:1(0) ack 1 sack 1500:2500");
        Assert.Equal(3_000, script.Subflow.InFlight);
        script.Receive(". 1:1(0) ack 4001");
        Assert.Equal(0, script.Subflow.InFlight);
    }

    [Fact]
    public void Without_selective_acks_the_third_duplicate_repairs_and_each_partial_ack_repairs_the_next()
    {
        var script = Sending(6, "S. 0:0(0) ack 1 mss 1000");
        script.Receive(". 1:1(0) ack 1");
        script.Receive(". 1:1(0) ack 1");
        script.ExpectNothing();
        Assert.True(script.LastOutcome.Has(SegmentEvents.DuplicateAck));
        script.Receive(". 1:1(0) ack 1");
        script.Expect(". 1:1001(1000) ack 1");
        script.Wait(100);
        script.Receive(". 1:1(0) ack 2001");
        script.Expect(". 2001:3001(1000) ack 1");
        script.Receive(". 1:1(0) ack 6001");
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
    }

    [Fact]
    public void A_window_update_is_no_duplicate()
    {
        var script = Sending(6, "S. 0:0(0) ack 1 mss 1000");
        for (var window = 50_000; window < 50_005; window++)
        {
            script.Receive($". 1:1(0) ack 1 win {window}");
            Assert.False(script.LastOutcome.Has(SegmentEvents.DuplicateAck));
        }

        script.ExpectNothing();
    }

    [Fact]
    public void In_recovery_one_segment_leaves_for_each_two_that_arrive()
    {
        // Two leave before the loss is sure (RFC 3042), then 9 for the 18 that arrive (RFC 6937).
        var script = SubflowScript.Established();
        script.WriteSegments(10);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 10001");
        script.WriteSegments(20);
        script.TakeSent();
        script.Wait(100);
        var sent = 0;
        for (var end = 12_001; end <= 30_001; end += 1_000)
        {
            script.Receive($". 1:1(0) ack 10001 sack 11001:{end}");
            script.Do(s => s.Assign(new Chunk { Dsn = new(5_000_000), Length = 1_000 }));
            sent += script.TakeSent().Length;
        }

        Assert.Equal(2 + 9, sent);
    }

    [Fact]
    public void Two_new_blocks_of_one_ack_are_no_reordering()
    {
        // RFC 2018 section 4: the newest block comes first; the ACK of the other one was lost. Three arrivals are still a proof.
        var script = Sending(8);
        script.Receive(". 1:1(0) ack 1 sack 5001:7001 sack 2001:3001");
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
        Assert.Equal(". 1:1001(1000) ack 1", script.TakeSent()[0]);
    }

    [Fact]
    public void What_a_timer_takes_for_lost_in_a_recovery_leaves_with_the_acks()
    {
        // RFC 9937: the room that lost segments leave is no reason to send.
        var script = SubflowScript.Established();
        script.WriteSegments(4);
        script.TakeSent();
        script.Wait(10);
        script.WriteSegments(6);
        script.TakeSent();
        script.Wait(90);
        script.Receive(". 1:1(0) ack 1 sack 1001:2001");
        script.Wait(1);
        script.Receive(". 1:1(0) ack 2001");
        script.Wait(9);
        script.Receive(". 1:1(0) ack 2001 sack 9001:10001");
        script.ExpectAt(125, ". 2001:3001(1000) ack 1");
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
        script.ExpectNothingUntil(136);
        Assert.Equal(1_000, script.Subflow.InFlight);
        script.ExpectNothingUntil(226);
        script.Receive(". 1:1(0) ack 3001 sack 9001:10001");
        script.Expect(". 3001:4001(1000) ack 1", ". 4001:5001(1000) ack 1");
    }
}
