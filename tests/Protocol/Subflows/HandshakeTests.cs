using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>RFC 9293 section 3.5, RFC 6298 section 5, RFC 7323 section 2.</summary>
public class HandshakeTests
{
    [Fact]
    public void Active_open_sends_syn_and_acknowledges_the_answer()
    {
        var script = SubflowScript.Connect();
        script.Expect("S 0:0(0)");
        script.Wait(50);
        script.Receive("S. 0:0(0) ack 1 mss 1400 sackok");

        Assert.Equal(SegmentEvents.Acceptable | SegmentEvents.SynReceived | SegmentEvents.Established, script.LastOutcome.Events);
        script.Expect(". 1:1(0) ack 1");
        Assert.Equal(SubflowState.Established, script.Subflow.State);
        Assert.Equal(Duration.FromMillis(50), script.Subflow.Rtt.Smoothed);
        script.ExpectNothing();
    }

    [Fact]
    public void Passive_open_answers_the_syn_and_is_established_by_the_ack()
    {
        var script = SubflowScript.Accept("S 0:0(0) mss 1400 sackok");
        script.Expect("S. 0:0(0) ack 1");
        script.Wait(30);
        script.Receive(". 1:1(0) ack 1");

        Assert.True(script.LastOutcome.Has(SegmentEvents.Established));
        Assert.Equal(SubflowState.Established, script.Subflow.State);
        Assert.Equal(Duration.FromMillis(30), script.Subflow.Rtt.Smoothed);
        script.ExpectNothing();
    }

    [Fact]
    public void Simultaneous_open_ends_established_at_both()
    {
        var script = SubflowScript.Connect();
        script.Expect("S 0:0(0)");
        script.Receive("S 0:0(0) mss 1400");
        script.Expect("S. 0:0(0) ack 1");
        Assert.Equal(SubflowState.SynReceived, script.Subflow.State);

        script.Receive("S. 0:0(0) ack 1 mss 1400");
        Assert.Equal(SubflowState.Established, script.Subflow.State);
        script.Expect(". 1:1(0) ack 1");
    }

    [Fact]
    public void Syn_is_sent_again_with_doubled_timeouts_and_the_handshake_fails_in_the_end()
    {
        var script = SubflowScript.Connect(SubflowScript.Plain with { HandshakeRetries = 3 });
        script.Expect("S 0:0(0)");
        script.ExpectAt(1_000, "S 0:0(0)");
        Assert.Equal(1, script.LastPlan.Attempt);
        script.ExpectAt(3_000, "S 0:0(0)");
        script.ExpectAt(7_000, "S 0:0(0)");
        script.ExpectNothingUntil(14_999);
        Assert.Equal(SubflowEnd.None, script.Subflow.End);
        script.ExpectNothingUntil(15_000);
        Assert.Equal(SubflowEnd.HandshakeTimedOut, script.Subflow.End);
        Assert.Equal(Instant.Never, script.Subflow.Deadline);
    }

    [Fact]
    public void Syn_ack_is_sent_again_by_the_timer_and_for_a_repeated_syn()
    {
        var script = SubflowScript.Accept("S 0:0(0) mss 1400");
        script.Expect("S. 0:0(0) ack 1");
        script.ExpectAt(1_000, "S. 0:0(0) ack 1");
        script.Receive("S 0:0(0) mss 1400");
        script.Expect("S. 0:0(0) ack 1");
    }

    [Fact]
    public void A_lost_syn_means_one_segment_and_three_seconds()
    {
        var script = SubflowScript.Connect();
        script.Expect("S 0:0(0)");
        script.ExpectAt(1_000, "S 0:0(0)");
        script.Receive("S. 0:0(0) ack 1 mss 1000");
        script.Expect(". 1:1(0) ack 1");

        Assert.Equal(1_000, script.Subflow.Congestion.Window);
        Assert.Equal(Duration.FromSeconds(3), script.Subflow.Rtt.Timeout);
    }

    [Fact]
    public void A_reset_refuses_only_with_the_right_ack()
    {
        var script = SubflowScript.Connect();
        script.Expect("S 0:0(0)");
        script.Receive("R 0:0(0)");
        Assert.Equal(SubflowState.SynSent, script.Subflow.State);
        script.Receive("R. 0:0(0) ack 2");
        Assert.Equal(SubflowState.SynSent, script.Subflow.State);
        script.Receive("R. 0:0(0) ack 1");
        Assert.Equal(SubflowEnd.Refused, script.Subflow.End);
        script.ExpectNothing();
    }

    [Fact]
    public void An_ack_of_nothing_is_answered_with_reset_and_the_handshake_goes_on()
    {
        var script = SubflowScript.Connect();
        script.Expect("S 0:0(0)");
        script.Receive(". 5:5(0) ack 77");
        script.Expect("R 77:77(0)");
        script.Receive("S. 0:0(0) ack 1");
        script.Expect(". 1:1(0) ack 1");

        var passive = SubflowScript.Accept("S 0:0(0)");
        passive.Expect("S. 0:0(0) ack 1");
        passive.Receive(". 1:1(0) ack 9");
        passive.Expect("R 9:9(0)");
        Assert.Equal(SubflowState.SynReceived, passive.Subflow.State);
    }

    [Fact]
    public void Options_are_in_use_only_when_both_ends_sent_them()
    {
        var all = SubflowScript.Connect(SubflowOptions.Default);
        Assert.Equal((ushort)1000, all.LastPlan.Header.Options.Mss!.Value);
        Assert.Equal((byte)8, all.LastPlan.Header.Options.WindowScale!.Value);
        Assert.True(all.LastPlan.Header.Options.SackPermitted);
        Assert.NotNull(all.LastPlan.Header.Options.Timestamps);

        all.Receive("S. 0:0(0) ack 1 mss 1000");
        Assert.Equal(0, all.Subflow.ReceiveShift);
        Assert.Equal(1_000, all.Subflow.Mss);
        Assert.Null(all.LastPlan.Header.Options.Timestamps);

        var passive = SubflowScript.Accept("S 0:0(0) mss 1000 scale 7", SubflowOptions.Default);
        Assert.Equal((byte)8, passive.LastPlan.Header.Options.WindowScale!.Value);
        Assert.False(passive.LastPlan.Header.Options.SackPermitted);
        Assert.Null(passive.LastPlan.Header.Options.Timestamps);
    }

    [Fact]
    public void Windows_are_shifted_except_on_a_syn()
    {
        var script = SubflowScript.Connect(SubflowScript.Plain with { WindowScale = 4 });
        Assert.Equal(60_000, script.LastPlan.Header.Window);
        script.Receive("S. 0:0(0) ack 1 mss 1000 scale 3 win 500");
        Assert.Equal(500, script.Subflow.PeerWindow);
        Assert.Equal(60_000 >> 4, script.LastPlan.Header.Window);
        script.Receive(". 1:1(0) ack 1 win 500");
        Assert.Equal(4_000, script.Subflow.PeerWindow);
    }

    [Fact]
    public void Timestamps_take_twelve_octets_of_each_segment()
    {
        var script = SubflowScript.Connect(SubflowScript.WithTimestamps);
        script.Receive("S. 0:0(0) ack 1 mss 1000 ts 55 ecr 0");
        Assert.Equal(988, script.Subflow.Mss);
        Assert.Equal(55u, script.LastPlan.Header.Options.Timestamps!.Value.Echo);
        script.Do(s => s.DataOptionBytes = 26);
        Assert.Equal(1000 - 36, script.Subflow.Mss);
    }

    [Fact]
    public void Data_on_the_ack_that_completes_the_handshake_is_taken()
    {
        var script = SubflowScript.Accept("S 0:0(0) mss 1000");
        script.Expect("S. 0:0(0) ack 1");
        script.Receive("P. 1:101(100) ack 1");
        Assert.True(script.LastOutcome.Has(SegmentEvents.Established));
        Assert.Equal(100, script.LastOutcome.PayloadLength);
        script.Expect(". 1:1(0) ack 101");
        Assert.Equal(TcpFlags.Ack, script.LastPlan.Header.Flags);
    }
}
