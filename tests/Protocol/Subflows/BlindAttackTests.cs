using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>RFC 5961; RFC 9293 section 3.10.7.4.</summary>
public class BlindAttackTests
{
    [Fact]
    public void A_reset_with_the_very_next_number_resets()
    {
        var script = SubflowScript.Established();
        script.Receive("R 1:1(0)");
        Assert.Equal(SegmentEvents.Reset | SegmentEvents.Acceptable, script.LastOutcome.Events);
        Assert.Equal(SubflowEnd.Reset, script.Subflow.End);
        script.ExpectNothing();
    }

    [Fact]
    public void A_reset_elsewhere_in_the_window_is_challenged()
    {
        var script = SubflowScript.Established();
        script.Receive("R 2:2(0)");
        Assert.Equal(SubflowState.Established, script.Subflow.State);
        script.Expect(". 1:1(0) ack 1");
    }

    [Fact]
    public void A_reset_outside_of_the_window_is_ignored()
    {
        var script = SubflowScript.Established();
        script.Receive("R 70000:70000(0)");
        script.Receive("R 0:0(0)");
        Assert.Equal(SubflowState.Established, script.Subflow.State);
        script.ExpectNothing();
    }

    [Fact]
    public void A_syn_is_challenged_wherever_it_lies()
    {
        var script = SubflowScript.Established();
        script.Receive("S 1:1(0)");
        script.Expect(". 1:1(0) ack 1");
        script.Receive("S 500:500(0)");
        script.Expect(". 1:1(0) ack 1");
        script.Receive("S 900000:900000(0)");
        script.Expect(". 1:1(0) ack 1");
        Assert.Equal(SubflowState.Established, script.Subflow.State);
    }

    [Fact]
    public void Data_with_an_ack_of_what_was_never_sent_is_refused()
    {
        var script = SubflowScript.Established();
        script.Receive(". 1:101(100) ack 2");
        Assert.Equal(SegmentEvents.None, script.LastOutcome.Events);
        script.Expect(". 1:1(0) ack 1");
    }

    [Fact]
    public void Data_with_an_ack_older_than_any_window_is_refused()
    {
        var script = SubflowScript.Established();
        script.Receive(". 1:101(100) ack -65534");
        Assert.True(script.LastOutcome.Has(SegmentEvents.Acceptable));
        script.TakeSent();
        script.Receive(". 101:201(100) ack -65535");
        Assert.Equal(SegmentEvents.None, script.LastOutcome.Events);
    }

    [Fact]
    public void Challenges_are_ten_in_five_seconds()
    {
        var script = SubflowScript.Established();
        for (var i = 0; i < 30; i++)
        {
            script.Receive("S 500:500(0)");
        }

        Assert.Equal(10, script.TakeSent().Length);
        script.Wait(4_999);
        script.Receive("S 500:500(0)");
        script.ExpectNothing();
        script.Wait(1);
        script.Receive("S 500:500(0)");
        script.Expect(". 1:1(0) ack 1");
    }

    [Fact]
    public void A_segment_without_ack_is_dropped()
    {
        var script = SubflowScript.Established();
        script.Receive("P 1:101(100)");
        Assert.Equal(SegmentEvents.None, script.LastOutcome.Events);
        script.ExpectNothing();
    }

    [Fact]
    public void A_segment_older_than_the_last_timestamp_is_dropped_and_answered()
    {
        var script = SubflowScript.Established(SubflowScript.WithTimestamps, synAck: "S. 0:0(0) ack 1 mss 1000 sackok ts 1000 ecr 0");
        script.Receive(". 1:101(100) ack 1 ts 1010 ecr 0");
        script.Expect(". 1:1(0) ack 101");
        Assert.Equal(1_010u, script.LastPlan.Header.Options.Timestamps!.Value.Echo);
        script.Receive(". 101:201(100) ack 1 ts 1009 ecr 0");
        Assert.Equal(SegmentEvents.None, script.LastOutcome.Events);
        script.Expect(". 1:1(0) ack 101");

        // A reset is never judged by its timestamp (RFC 7323 section 5.2).
        script.Receive("R 101:101(0) ts 1 ecr 0");
        Assert.Equal(SubflowEnd.Reset, script.Subflow.End);
    }

    [Fact]
    public void A_timestamp_is_forgotten_after_24_days()
    {
        var script = SubflowScript.Established(SubflowScript.WithTimestamps, synAck: "S. 0:0(0) ack 1 mss 1000 sackok ts 1000 ecr 0");
        script.Wait(24.0 * 24 * 3600 * 1000);
        script.Receive(". 1:101(100) ack 1 ts 900 ecr 0");
        Assert.Equal(100, script.LastOutcome.PayloadLength);
    }

    [Fact]
    public void The_echo_is_of_the_segment_that_the_ack_waited_for()
    {
        // RFC 7323 section 4.3: what comes behind a gap does not move the echo.
        var script = SubflowScript.Established(SubflowScript.WithTimestamps, synAck: "S. 0:0(0) ack 1 mss 1000 sackok ts 1000 ecr 0");
        script.Receive(". 101:201(100) ack 1 ts 1010 ecr 0");
        Assert.Equal(1_000u, script.LastPlan.Header.Options.Timestamps!.Value.Echo);
        script.Receive(". 1:101(100) ack 1 ts 1020 ecr 0");
        Assert.Equal(1_020u, script.LastPlan.Header.Options.Timestamps!.Value.Echo);
    }

    [Fact]
    public void Forged_segments_do_not_use_up_the_answers_to_probes()
    {
        var script = SubflowScript.Established();
        for (var i = 0; i < 30; i++)
        {
            script.Receive(". 900000:900000(0) ack 1");
        }

        Assert.Equal(10, script.TakeSent().Length);
        script.Receive(". 0:0(0) ack 1");
        script.Expect(". 1:1(0) ack 1");
        for (var i = 0; i < 30; i++)
        {
            script.Receive(". 0:0(0) ack 1");
        }

        Assert.Equal(9, script.TakeSent().Length);
    }

    [Fact]
    public void A_timestamp_that_was_forgotten_is_replaced_by_the_next()
    {
        // RFC 7323 section 5.5: else each echo would be 24 days old.
        var script = SubflowScript.Established(SubflowScript.WithTimestamps, synAck: "S. 0:0(0) ack 1 mss 1000 sackok ts 1000 ecr 0");
        script.Wait(24.0 * 24 * 3600 * 1000);
        script.Receive(". 1:101(100) ack 1 ts 900 ecr 0");
        script.Do(s => s.RequestAck());
        Assert.Equal(900u, script.LastPlan.Header.Options.Timestamps!.Value.Echo);
    }

    [Fact]
    public void A_segment_that_lacks_the_agreed_timestamps_is_taken()
    {
        // Beside the largest ADD_ADDR there is no room for them.
        var script = SubflowScript.Established(
            SubflowScript.WithTimestamps, synAck: "S. 0:0(0) ack 1 mss 1000 sackok ts 500 ecr 0");
        script.Receive("P. 1:101(100) ack 1");
        Assert.Equal(100, script.LastOutcome.PayloadLength);
    }
}
