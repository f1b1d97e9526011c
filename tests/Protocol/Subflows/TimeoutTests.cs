using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>RFC 6298 section 5, RFC 8985 sections 6.3 and 7.</summary>
public class TimeoutTests
{
    [Fact]
    public void The_tail_is_probed_after_two_round_trips()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(3);
        script.TakeSent();
        script.ExpectAt(200, ". 2001:3001(1000) ack 1");
        Assert.Equal(1, script.Subflow.GetStatistics().LossProbes);

        // The probe brings the news that the middle is lost; the last one arrived twice.
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1001 sack 2001:3001");
        script.Skip(50);
        script.Receive(". 1:1(0) ack 3001");
        Assert.Equal(0, script.Subflow.GetStatistics().Timeouts);
    }

    [Fact]
    public void A_single_segment_is_given_the_time_of_a_delayed_ack()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(1);
        script.TakeSent();
        script.ExpectAt(250, ". 1:1001(1000) ack 1");
    }

    [Fact]
    public void A_probe_that_repaired_a_loss_halves_the_window()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(3);
        script.TakeSent();
        script.ExpectAt(200, ". 2001:3001(1000) ack 1");
        script.Wait(50);
        script.Receive(". 1:1(0) ack 3001");
        script.WriteSegments(1);
        script.TakeSent();
        script.Wait(50);
        script.Receive(". 1:1(0) ack 4001");
        Assert.Equal(2_000, script.Subflow.Congestion.SlowStartThreshold);
        Assert.Equal(0, script.Subflow.GetStatistics().Recoveries);
    }

    [Fact]
    public void A_probe_reported_as_duplicate_changes_nothing()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(3);
        script.TakeSent();
        script.ExpectAt(200, ". 2001:3001(1000) ack 1");
        script.Receive(". 1:1(0) ack 3001");
        script.Wait(50);
        script.Receive(". 1:1(0) ack 3001 sack 2001:3001");
        Assert.Equal(int.MaxValue, script.Subflow.Congestion.SlowStartThreshold);
    }

    [Fact]
    public void Without_any_ack_the_timeout_backs_off_and_the_window_is_one_segment()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(4);
        script.TakeSent();
        script.ExpectAt(200, ". 3001:4001(1000) ack 1");

        // RTO = 100 + 4 * 50 ms from the probe on, then doubled.
        script.ExpectAt(500, ". 1:1001(1000) ack 1");
        Assert.Equal(RecoveryPhase.Timeout, script.Subflow.Phase);
        Assert.Equal(1_000, script.Subflow.Congestion.Window);
        Assert.Equal(2_000, script.Subflow.Congestion.SlowStartThreshold);
        script.ExpectAt(1_100, ". 1:1001(1000) ack 1");
        script.ExpectAt(2_300, ". 1:1001(1000) ack 1");
        Assert.Equal(2_000, script.Subflow.Congestion.SlowStartThreshold);
        Assert.Equal(3, script.Subflow.TimeoutsInRow);
    }

    [Fact]
    public void After_a_timeout_slow_start_repairs_the_rest()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(4);
        script.TakeSent();
        script.Skip(500);
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1001");
        script.Expect(". 1001:2001(1000) ack 1", ". 2001:3001(1000) ack 1");
        Assert.Equal(2_000, script.Subflow.Congestion.Window);
        script.Receive(". 1:1(0) ack 4001");
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
        Assert.Equal(0, script.Subflow.TimeoutsInRow);
    }

    [Fact]
    public void A_silent_peer_ends_the_subflow()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { Retries = 2 });
        script.WriteSegments(1);
        script.Skip(10_000);
        Assert.Equal(SubflowState.Closed, script.Subflow.State);
        Assert.Equal(SubflowEnd.TimedOut, script.Subflow.End);
        Assert.Equal(Instant.Never, script.Subflow.Deadline);
    }

    [Fact]
    public void Progress_restarts_the_timer()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(3);
        script.TakeSent();
        script.Wait(150);
        Assert.Equal(script.Now - Duration.FromMillis(150), script.Subflow.WaitingSince);
        script.Receive(". 1:1(0) ack 1001");
        Assert.Equal(script.Now, script.Subflow.WaitingSince);
        script.ExpectNothingUntil(300);
        script.Receive(". 1:1(0) ack 3001");
        Assert.Equal(Instant.Never, script.Subflow.WaitingSince);
    }

    [Fact]
    public void The_peer_owes_an_ACK_for_the_second_segment_unless_it_has_told_of_a_gap()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(1);
        Assert.Equal(Instant.Never, script.Subflow.AckOwedSince);
        script.Skip(10);
        script.WriteSegments(2);
        Assert.Equal(script.Now, script.Subflow.AckOwedSince);
        script.Skip(10);
        script.WriteSegments(1);
        Assert.Equal(script.Now - Duration.FromMillis(10), script.Subflow.AckOwedSince);
        script.Receive(". 1:1(0) ack 2001");
        Assert.Equal(script.Now, script.Subflow.AckOwedSince);
        script.Receive(". 1:1(0) ack 2001 sack 3001:4001");
        Assert.Equal(Instant.Never, script.Subflow.AckOwedSince);
    }

    [Fact]
    public void A_peer_that_dropped_what_it_had_reported_gets_it_again()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(3);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1 sack 1001:3001");
        script.Skip(3_000);
        script.Receive(". 1:1(0) ack 1001");
        script.Skip(10_000);
        script.Receive(". 1:1(0) ack 2001");
        Assert.Equal(2_001, script.Subflow.AckedTo - script.Subflow.InitialSent);
        script.Skip(10_000);
        Assert.True(script.Subflow.GetStatistics().Retransmissions > 5);
    }

    [Fact]
    public void The_backoff_stays_until_something_sent_once_is_acknowledged()
    {
        // Karn (RFC 6298 section 5): the ACK of a retransmission does not tell which of them it is of.
        var script = SubflowScript.Established();
        script.WriteSegments(1);
        script.TakeSent();
        script.ExpectAt(250, ". 1:1001(1000) ack 1");
        script.ExpectAt(550, ". 1:1001(1000) ack 1");
        script.Wait(20);
        script.Receive(". 1:1(0) ack 1001");
        Assert.Equal(Duration.FromMillis(600), script.Subflow.Rtt.Timeout);
        Assert.Equal(0, script.Subflow.TimeoutsInRow);
        script.WriteSegments(1);
        script.TakeSent();
        script.Wait(200);
        script.Receive(". 1:1(0) ack 2001");
        Assert.Equal(script.Subflow.Rtt.BaseTimeout, script.Subflow.Rtt.Timeout);
    }

    [Fact]
    public void There_is_one_probe_for_each_measured_round_trip()
    {
        // RFC 8985 section 7.3. The ACK of a probe measures nothing, as it may be of either transmission.
        var script = SubflowScript.Established();
        script.WriteSegments(2);
        script.TakeSent();
        script.ExpectAt(200, ". 1001:2001(1000) ack 1");
        script.Wait(100);
        script.Receive(". 1:1(0) ack 2001 sack 1001:2001");
        Assert.Equal(1, script.Subflow.GetStatistics().LossProbes);

        script.WriteSegments(1);
        script.Expect("P. 2001:3001(1000) ack 1");
        var timeout = script.Subflow.Rtt.Timeout;
        script.ExpectAt(script.Millis + timeout.TotalMilliseconds, ". 2001:3001(1000) ack 1");
        Assert.Equal(1, script.Subflow.GetStatistics().LossProbes);
        Assert.Equal(1, script.Subflow.GetStatistics().Timeouts);
    }
}
