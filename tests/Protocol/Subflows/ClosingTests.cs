using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>RFC 9293 section 3.6, RFC 6191.</summary>
public class ClosingTests
{
    [Fact]
    public void Active_close_goes_through_both_fin_waits_to_time_wait()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.Expect("F. 1:1(0) ack 1");
        Assert.Equal(SubflowState.FinWait1, script.Subflow.State);
        script.Wait(100);
        script.Receive(". 1:1(0) ack 2");
        Assert.True(script.LastOutcome.Has(SegmentEvents.FinAcked));
        Assert.Equal(SubflowState.FinWait2, script.Subflow.State);
        script.Receive("F. 1:1(0) ack 2");
        Assert.True(script.LastOutcome.Has(SegmentEvents.FinReceived));
        script.Expect(". 2:2(0) ack 2");
        Assert.Equal(SubflowState.TimeWait, script.Subflow.State);
        script.ExpectNothingUntil(60_099);
        Assert.Equal(SubflowState.TimeWait, script.Subflow.State);
        script.ExpectNothingUntil(60_100);
        Assert.Equal(SubflowState.Closed, script.Subflow.State);
        Assert.Equal(SubflowEnd.Finished, script.Subflow.End);
    }

    [Fact]
    public void Passive_close_ends_with_the_ack_of_our_fin()
    {
        var script = SubflowScript.Established();
        script.Receive("F. 1:1(0) ack 1");
        script.Expect(". 1:1(0) ack 2");
        Assert.Equal(SubflowState.CloseWait, script.Subflow.State);
        script.Write(100);
        script.Expect("P. 1:101(100) ack 2");
        script.Do(s => s.Close());
        script.Expect("F. 101:101(0) ack 2");
        Assert.Equal(SubflowState.LastAck, script.Subflow.State);
        script.Receive(". 2:2(0) ack 102");
        Assert.Equal(SubflowEnd.Finished, script.Subflow.End);
    }

    [Fact]
    public void Simultaneous_close_goes_through_closing()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.Expect("F. 1:1(0) ack 1");
        script.Receive("F. 1:1(0) ack 1");
        script.Expect(". 2:2(0) ack 2");
        Assert.Equal(SubflowState.Closing, script.Subflow.State);
        script.Receive(". 2:2(0) ack 2");
        Assert.Equal(SubflowState.TimeWait, script.Subflow.State);
    }

    [Fact]
    public void Fin_and_its_ack_in_one_segment_lead_straight_to_time_wait()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.Expect("F. 1:1(0) ack 1");
        script.Receive("F. 1:1(0) ack 2");
        script.Expect(". 2:2(0) ack 2");
        Assert.Equal(SubflowState.TimeWait, script.Subflow.State);
    }

    [Fact]
    public void Fin_rides_on_the_last_data_and_is_sent_again_with_it()
    {
        var script = SubflowScript.Established();
        script.Subflow.Assign(new Chunk { Dsn = new Dsn64(1), Length = 1_300 });
        script.Do(s => s.Close());
        script.Expect(". 1:1001(1000) ack 1", "FP. 1001:1301(300) ack 1");
        script.ExpectAt(200, "F. 1001:1301(300) ack 1");
        script.Receive(". 1:1(0) ack 1302");
        Assert.Equal(SubflowState.FinWait2, script.Subflow.State);
    }

    [Fact]
    public void A_lone_fin_is_sent_again()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.Expect("F. 1:1(0) ack 1");
        script.ExpectAt(250, "F. 1:1(0) ack 1");
        script.ExpectAt(550, "F. 1:1(0) ack 1");
    }

    [Fact]
    public void A_fin_behind_a_gap_waits_for_it()
    {
        var script = SubflowScript.Established();
        script.Receive("F. 101:201(100) ack 1");
        Assert.False(script.LastOutcome.Has(SegmentEvents.FinReceived));
        Assert.Equal(SubflowState.Established, script.Subflow.State);
        script.Expect(". 1:1(0) ack 1 sack 101:201");
        script.Receive(". 1:101(100) ack 1");
        Assert.True(script.LastOutcome.Has(SegmentEvents.FinReceived));
        script.Expect(". 1:1(0) ack 202");
    }

    [Fact]
    public void Data_behind_a_fin_is_not_taken()
    {
        var script = SubflowScript.Established();
        script.Receive("F. 1:101(100) ack 1");
        script.TakeSent();
        script.Receive(". 102:202(100) ack 1");
        Assert.Equal(0, script.LastOutcome.PayloadLength);
        Assert.Equal(102, script.Subflow.ReceivedTo - script.Subflow.InitialReceived);
    }

    [Fact]
    public void A_repeated_fin_is_acknowledged_again_and_restarts_time_wait()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.Receive("F. 1:1(0) ack 2");
        script.TakeSent();
        script.Wait(30_000);
        script.Receive("F. 1:1(0) ack 2");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectNothingUntil(89_999);
        Assert.Equal(SubflowState.TimeWait, script.Subflow.State);
        script.ExpectNothingUntil(90_000);
        Assert.Equal(SubflowState.Closed, script.Subflow.State);
    }

    [Fact]
    public void A_new_syn_may_take_over_in_time_wait()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.Receive("F. 1:1(0) ack 2");
        script.TakeSent();
        script.Receive("S 9000:9000(0)");
        Assert.Equal(SegmentEvents.MayReopen, script.LastOutcome.Events);
        script.ExpectNothing();
        script.Receive("S -50:-50(0)");
        Assert.Equal(SegmentEvents.None, script.LastOutcome.Events);
        script.Expect(". 2:2(0) ack 2");
    }

    [Fact]
    public void A_reset_does_not_end_time_wait()
    {
        // RFC 1337 section 3, fix F1: it may be an old duplicate.
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.Receive("F. 1:1(0) ack 2");
        script.TakeSent();
        script.Receive("R 2:2(0)");
        script.ExpectNothing();
        Assert.Equal(SubflowState.TimeWait, script.Subflow.State);
    }

    [Fact]
    public void A_peer_that_never_closes_is_left_unless_it_is_a_half_close()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.Close());
        script.TakeSent();
        script.Receive(". 1:1(0) ack 2");
        script.Skip(60_000);
        Assert.Equal(SubflowState.Closed, script.Subflow.State);

        var half = SubflowScript.Established();
        half.Do(s => s.Close(isHalfClose: true));
        half.TakeSent();
        half.Receive(". 1:1(0) ack 2");
        half.Skip(600_000);
        half.Receive("P. 1:101(100) ack 2");
        Assert.Equal(100, half.LastOutcome.PayloadLength);
    }

    [Fact]
    public void Abort_sends_reset_once_and_nothing_more()
    {
        var script = SubflowScript.Established();
        script.Write(100);
        script.TakeSent();
        script.Do(s => s.Abort());
        script.Expect("R. 101:101(0) ack 1");
        Assert.Equal(SubflowEnd.Aborted, script.Subflow.End);
        script.Receive(". 1:101(100) ack 101");
        Assert.Equal(SegmentEvents.None, script.LastOutcome.Events);
        script.ExpectNothing();
        Assert.Equal(Instant.Never, script.Subflow.Deadline);
    }

    [Fact]
    public void Close_before_anything_was_answered_ends_silently()
    {
        var script = SubflowScript.Connect();
        script.TakeSent();
        script.Do(s => s.Close());
        Assert.Equal(SubflowState.Closed, script.Subflow.State);
        script.ExpectNothing();
    }
}
