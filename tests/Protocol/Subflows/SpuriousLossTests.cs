using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>Reductions that are taken back: RFC 3522, RFC 4015, RFC 5682, RFC 3708.</summary>
public class SpuriousLossTests
{
    private const int Full = 988;

    [Fact]
    public void An_ack_of_the_original_takes_a_timeout_back()
    {
        // RFC 3522: the echo is older than the first retransmission.
        var script = SubflowScript.Established(SubflowScript.WithTimestamps, synAck: "S. 0:0(0) ack 1 mss 1000 sackok ts 7 ecr 0");
        var stamp = script.LastPlan.Header.Options.Timestamps!.Value.Value;
        script.Write(Full * 4);
        script.TakeSent();
        script.Skip(500);
        Assert.Equal(RecoveryPhase.Timeout, script.Subflow.Phase);
        Assert.Equal(Full, script.Subflow.Congestion.Window);
        script.Wait(10);
        script.Receive($". 1:1(0) ack {Full + 1} ts 8 ecr {stamp}");
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
        Assert.True(script.Subflow.Congestion.Window >= 10 * Full);
        Assert.Equal(1, script.Subflow.GetStatistics().SpuriousLosses);
        script.ExpectNothing();
    }

    [Fact]
    public void An_original_that_arrives_after_a_timeout_takes_it_back()
    {
        // RFC 5682, without timestamps: a segment that was sent once is acknowledged.
        var script = SubflowScript.Established();
        script.WriteSegments(4);
        script.TakeSent();
        script.Skip(500);
        Assert.Equal(RecoveryPhase.Timeout, script.Subflow.Phase);
        script.Receive(". 1:1(0) ack 2001");
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
        Assert.Equal(1, script.Subflow.GetStatistics().SpuriousLosses);
    }

    [Fact]
    public void A_timeout_stays_when_only_the_retransmission_is_acknowledged()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(4);
        script.TakeSent();
        script.Skip(500);
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1001");
        Assert.Equal(RecoveryPhase.Timeout, script.Subflow.Phase);
        Assert.Equal(0, script.Subflow.GetStatistics().SpuriousLosses);
    }

    [Fact]
    public void A_duplicate_of_each_retransmission_takes_a_recovery_back()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(6);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1 sack 1001:4001");
        script.Expect(". 1:1001(1000) ack 1");
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
        script.Wait(5);
        script.Receive(". 1:1(0) ack 4001 sack 1:1001");
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
        Assert.True(script.Subflow.Congestion.Window >= 10_000);
    }

    [Fact]
    public void An_original_that_is_reported_behind_a_gap_decides_nothing()
    {
        // RFC 5682 section 3.1: the first segment may be lost nevertheless, as it is here.
        var script = SubflowScript.Established();
        script.WriteSegments(1);
        script.TakeSent();
        script.ExpectAt(250, ". 1:1001(1000) ack 1");
        script.ExpectNothingUntil(545);
        script.WriteSegments(1);
        script.Expect("P. 1001:2001(1000) ack 1");
        script.ExpectAt(550, ". 1:1001(1000) ack 1");
        script.Wait(15);
        script.Receive(". 1:1(0) ack 1 sack 1001:2001");
        Assert.Equal(RecoveryPhase.Timeout, script.Subflow.Phase);
        Assert.Equal(0, script.Subflow.GetStatistics().SpuriousLosses);
    }

    [Fact]
    public void A_late_ack_of_the_original_makes_nothing_else_lost()
    {
        // RFC 8985 section 6.2 step 2: the echo tells that the retransmission, longer ago than a round trip, is not what arrived.
        var script = SubflowScript.Established(SubflowScript.WithTimestamps, synAck: "S. 0:0(0) ack 1 mss 1000 sackok ts 7 ecr 0");
        var stamp = script.LastPlan.Header.Options.Timestamps!.Value.Value;
        script.Write(Full * 4);
        script.TakeSent();
        script.Skip(500);
        script.Wait(120);
        script.Receive($". 1:1(0) ack {Full + 1} ts 8 ecr {stamp}");
        Assert.Equal(RecoveryPhase.Open, script.Subflow.Phase);
        Assert.Equal(1, script.Subflow.GetStatistics().SpuriousLosses);
        script.ExpectNothing();
    }

    [Fact]
    public void A_duplicate_of_what_was_sent_once_takes_nothing_back()
    {
        // RFC 3708 section 2: the network doubled another segment.
        var script = SubflowScript.Established();
        script.WriteSegments(6);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1 sack 1001:4001");
        script.Expect(". 1:1001(1000) ack 1");
        script.Receive(". 1:1(0) ack 1 sack 2001:3001 sack 1001:4001");
        Assert.Equal(RecoveryPhase.FastRecovery, script.Subflow.Phase);
        Assert.Equal(0, script.Subflow.GetStatistics().SpuriousLosses);
    }
}
