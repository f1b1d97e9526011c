using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>RFC 9293 section 3.8.6.3, RFC 5681 section 4.2, RFC 2018, RFC 2883.</summary>
public class AcknowledgingTests
{
    // Past the ACKs at once of the beginning; what was received ends at 16001.
    private static SubflowScript Settled()
    {
        var script = SubflowScript.Established();
        for (var i = 0; i < 16; i++)
        {
            script.Receive($". {(i * 1000) + 1}:{(i * 1000) + 1001}(1000) ack 1");
            script.Expect($". 1:1(0) ack {(i * 1000) + 1001}");
        }

        return script;
    }

    [Fact]
    public void The_first_segments_are_acknowledged_at_once() => Settled().ExpectNothing();

    [Fact]
    public void Every_second_full_segment_is_acknowledged_at_once()
    {
        var script = Settled();
        script.Receive(". 16001:17001(1000) ack 1");
        script.ExpectNothing();
        script.Receive(". 17001:18001(1000) ack 1");
        script.Expect(". 1:1(0) ack 18001");
        script.Receive(". 18001:19001(1000) ack 1");
        script.ExpectNothing();
    }

    [Fact]
    public void More_than_a_full_segment_is_acknowledged_at_once_also_when_the_second_is_not_full()
    {
        var script = Settled();
        script.Receive(". 16001:17001(1000) ack 1");
        script.Receive("P. 17001:17002(1) ack 1");
        script.Expect(". 1:1(0) ack 17002");
        script.Receive(". 17002:17502(500) ack 1");
        script.Receive(". 17502:18002(500) ack 1");
        script.ExpectNothing();
    }

    [Fact]
    public void A_single_segment_is_acknowledged_after_the_delay()
    {
        var script = Settled();
        script.Receive(". 16001:17001(1000) ack 1");
        script.ExpectAt(40, ". 1:1(0) ack 17001");
    }

    [Fact]
    public void A_merged_segment_is_acknowledged_as_what_it_was_merged_from()
    {
        var script = Settled();
        script.Receive(". 16001:21001(5000) ack 1");
        script.Expect(". 1:1(0) ack 21001");
    }

    [Fact]
    public void Payload_without_a_place_is_not_acknowledged_but_what_it_acknowledges_counts()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(2);
        script.Expect(". 1:1001(1000) ack 1", "P. 1001:2001(1000) ack 1");
        script.Receive(". 1:1001(1000) ack 1001", takesPayload: false);
        Assert.Equal(SegmentEvents.Acceptable | SegmentEvents.AckAdvanced | SegmentEvents.WindowMoved, script.LastOutcome.Events);
        Assert.Equal(0, script.LastOutcome.PayloadLength);
        Assert.Equal(1_000, script.LastOutcome.DeliveredBytes);
        script.Expect(". 2001:2001(0) ack 1");
        script.Receive(". 1:1001(1000) ack 1001", takesPayload: false);
        Assert.Equal(SegmentEvents.Acceptable, script.LastOutcome.Events);
        script.Expect(". 2001:2001(0) ack 1");
        script.Receive(". 1:1001(1000) ack 1001");
        Assert.Equal(1_000, script.LastOutcome.PayloadLength);
    }

    [Fact]
    public void What_lies_behind_a_gap_is_reported_at_once_the_latest_first()
    {
        var script = Settled();
        script.Receive(". 17001:18001(1000) ack 1");
        Assert.True(script.LastOutcome.Has(SegmentEvents.OutOfOrder));
        Assert.Equal(1_000, script.LastOutcome.PayloadLength);
        script.Expect(". 1:1(0) ack 16001 sack 17001:18001");
        script.Receive(". 19001:20001(1000) ack 1");
        script.Expect(". 1:1(0) ack 16001 sack 19001:20001 sack 17001:18001");
        script.Receive(". 18001:19001(1000) ack 1");
        script.Expect(". 1:1(0) ack 16001 sack 17001:20001");
        script.Receive(". 16001:17001(1000) ack 1");
        script.Expect(". 1:1(0) ack 20001");
        Assert.Equal(20_001, script.LastOutcome.ReceivedTo - script.Subflow.InitialReceived);
        Assert.Equal(1_000, script.LastOutcome.PayloadLength);
    }

    [Fact]
    public void A_duplicate_is_reported_once()
    {
        var script = Settled();
        script.Receive(". 15001:16001(1000) ack 1");
        Assert.Equal(0, script.LastOutcome.PayloadLength);
        script.Expect(". 1:1(0) ack 16001 sack 15001:16001");
        script.Receive(". 17001:18001(1000) ack 1");
        script.TakeSent();
        script.Receive(". 17001:18001(1000) ack 1");
        script.Expect(". 1:1(0) ack 16001 sack 17001:18001 sack 17001:18001");
        script.Receive(". 19001:20001(1000) ack 1");
        script.Expect(". 1:1(0) ack 16001 sack 19001:20001 sack 17001:18001");
    }

    [Fact]
    public void Only_as_many_blocks_as_the_options_have_room_for()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.AckOptionBytes = 12);
        for (var i = 1; i < 8; i += 2)
        {
            script.Receive($". {i}001:{i + 1}001(1000) ack 1");
        }

        Assert.Equal(". 1:1(0) ack 1 sack 7001:8001 sack 5001:6001 sack 3001:4001", script.TakeSent()[^1]);
    }

    [Fact]
    public void A_report_goes_before_data_that_has_no_room_for_it()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(10);
        script.Write(500);
        script.TakeSent();
        script.Receive(". 2001:3001(1000) ack 10001");
        script.Expect(". 10001:10001(0) ack 1 sack 2001:3001", "P. 10001:10501(500) ack 1");
    }

    [Fact]
    public void Ranges_are_bounded()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { WindowScale = 0 });
        for (var i = 0; i < ReceivedRanges.MaxCount + 10; i++)
        {
            script.Receive($". {(i * 10) + 10}:{(i * 10) + 15}(5) ack 1");
        }

        Assert.Equal(0, script.LastOutcome.PayloadLength);
        Assert.Equal(5L * ReceivedRanges.MaxCount, script.Subflow.GetStatistics().BytesReceived);
    }

    [Fact]
    public void What_goes_beyond_the_window_is_cut_off()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.ReceiveWindow = 60_000);
        script.Receive(". 59501:60501(1000) ack 1");
        Assert.Equal(500, script.LastOutcome.PayloadLength);
        script.Receive(". 60501:61501(1000) ack 1");
        Assert.Equal(0, script.LastOutcome.PayloadLength);
        Assert.Equal(SegmentEvents.None, script.LastOutcome.Events);
    }

    [Fact]
    public void A_requested_ack_is_sent_once()
    {
        var script = SubflowScript.Established();
        script.Do(s => s.RequestAck());
        script.Expect(". 1:1(0) ack 1");
        script.ExpectNothing();
    }
}
