using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>Closed windows, silly windows, silence and size (RFC 9293 sections 3.7.4, 3.8.4 and 3.8.6, RFC 1191).</summary>
public class WindowTests
{
    [Fact]
    public void A_closed_window_is_probed_with_doubled_intervals_until_it_opens()
    {
        var script = SubflowScript.Established();
        script.Receive(". 1:1(0) ack 1 win 0");
        Assert.Equal(0, script.Subflow.SendSpace(script.Now));
        script.Do(s => s.HandleWindowBlocked(script.Now));
        script.ExpectAt(300, ". 0:0(0) ack 1");
        Assert.Equal(SegmentKind.Probe, script.LastPlan.Kind);
        script.Wait(50);
        script.Receive(". 1:1(0) ack 1 win 0");
        script.ExpectAt(900, ". 0:0(0) ack 1");
        script.Receive(". 1:1(0) ack 1 win 0");
        script.ExpectAt(2_100, ". 0:0(0) ack 1");
        script.Receive(". 1:1(0) ack 1 win 5000");
        Assert.True(script.LastOutcome.Has(SegmentEvents.WindowMoved));
        Assert.Equal(5_000, script.Subflow.SendSpace(script.Now));
        script.WriteSegments(5);
        Assert.Equal(5, script.TakeSent().Length);
    }

    [Fact]
    public void A_window_that_stays_closed_is_probed_forever_while_the_peer_answers()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { Retries = 3 });
        script.Receive(". 1:1(0) ack 1 win 0");
        script.Do(s => s.HandleWindowBlocked(script.Now));
        for (var i = 0; i < 50; i++)
        {
            script.Skip((script.Subflow.Deadline - script.Now).TotalMilliseconds);
            script.Receive(". 1:1(0) ack 1 win 0");
        }

        Assert.Equal(SubflowState.Established, script.Subflow.State);
    }

    [Fact]
    public void Probes_without_answer_end_the_subflow()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { Retries = 3 });
        script.Receive(". 1:1(0) ack 1 win 0");
        script.Do(s => s.HandleWindowBlocked(script.Now));
        script.Skip(100_000);
        Assert.Equal(SubflowEnd.TimedOut, script.Subflow.End);
    }

    [Fact]
    public void Data_that_was_assigned_as_the_window_closed_is_probed_for_too()
    {
        var script = SubflowScript.Established(synAck: "S. 0:0(0) ack 1 mss 1000 sackok win 2000");
        script.WriteSegments(3);
        script.Expect(". 1:1001(1000) ack 1", "P. 1001:2001(1000) ack 1");
        script.Wait(100);
        script.Receive(". 1:1(0) ack 2001 win 0");
        script.ExpectAt(350, ". 2000:2000(0) ack 1");
        script.Receive(". 1:1(0) ack 2001 win 1000");
        script.Expect("P. 2001:3001(1000) ack 1");
    }

    [Fact]
    public void A_small_window_is_used_only_after_a_while()
    {
        var script = SubflowScript.Established();
        script.Receive(". 1:1(0) ack 1 win 300");
        Assert.Equal(0, script.Subflow.SendSpace(script.Now));
        script.WriteSegments(1);
        script.ExpectAt(300, "P. 1:301(300) ack 1");
    }

    [Fact]
    public void A_window_that_shrinks_below_what_was_sent_keeps_the_subflow_while_the_peer_answers()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { Retries = 3 });
        script.WriteSegments(4);
        script.TakeSent();
        for (var i = 0; i < 20; i++)
        {
            script.Receive(". 1:1(0) ack 1 win 0");
            script.Skip((script.Subflow.Deadline - script.Now).TotalMilliseconds);
        }

        Assert.Equal(SubflowState.Established, script.Subflow.State);
        script.Receive(". 1:1(0) ack 4001 win 4000");
        Assert.Equal(0, script.Subflow.InFlight);
    }

    [Fact]
    public void A_probe_is_answered_though_nothing_of_it_is_new()
    {
        var script = SubflowScript.Established();
        script.Receive(". 0:0(0) ack 1");
        script.Expect(". 1:1(0) ack 1");
        script.Receive(". 0:1(1) ack 1");
        script.Expect(". 1:1(0) ack 1 sack 0:1");
    }

    [Fact]
    public void With_nagle_a_small_segment_waits_for_the_ack_of_the_last_one()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { Nagle = true });
        script.Write(100);
        script.Expect("P. 1:101(100) ack 1");
        script.Write(100);
        script.ExpectNothing();
        script.Receive(". 1:1(0) ack 101");
        script.Expect("P. 101:201(100) ack 1");
        script.Write(1_000);
        script.Expect("P. 201:1201(1000) ack 1");
        script.Write(100);
        script.ExpectNothing();
        script.Do(s => s.Close());
        script.Expect("FP. 1201:1301(100) ack 1");
    }

    [Fact]
    public void Without_nagle_it_leaves_at_once()
    {
        var script = SubflowScript.Established();
        script.Write(100);
        script.Write(100);
        script.Expect("P. 1:101(100) ack 1", "P. 101:201(100) ack 1");
    }

    [Fact]
    public void An_idle_peer_is_asked_and_given_up()
    {
        var options = SubflowScript.Plain with
        {
            KeepAliveIdle = Duration.FromSeconds(100),
            KeepAliveInterval = Duration.FromSeconds(10),
            KeepAliveProbes = 2,
        };
        var script = SubflowScript.Established(options);
        script.Wait(50_000);
        script.Receive(". 1:1(0) ack 1");
        script.ExpectAt(150_000, ". 0:0(0) ack 1");
        script.Receive(". 1:1(0) ack 1");
        script.ExpectAt(250_000, ". 0:0(0) ack 1");
        script.ExpectAt(260_000, ". 0:0(0) ack 1");
        script.ExpectNothingUntil(269_999);
        Assert.Equal(SubflowState.Established, script.Subflow.State);
        script.ExpectNothingUntil(270_000);
        Assert.Equal(SubflowEnd.TimedOut, script.Subflow.End);
    }

    [Fact]
    public void A_smaller_path_mtu_sends_what_is_too_large_again_without_a_smaller_window()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(2);
        script.TakeSent();
        var window = script.Subflow.Congestion.Window;
        Assert.True(script.Subflow.IsOutstanding(script.Subflow.AckedTo));
        script.Do(s => Assert.True(s.HandlePathMtu(640, script.Now)));
        script.Expect(". 1:601(600) ack 1", ". 601:1001(400) ack 1", ". 1001:1601(600) ack 1", ". 1601:2001(400) ack 1");
        Assert.Equal(600, script.Subflow.Mss);
        Assert.Equal(window, script.Subflow.Congestion.Window);
        script.Do(s => Assert.False(s.HandlePathMtu(1_500, script.Now)));
    }

    [Fact]
    public void After_a_pause_the_window_starts_again()
    {
        var script = SubflowScript.Established();
        for (var i = 0; i < 3; i++)
        {
            script.WriteSegments(10);
            script.TakeSent();
            script.Wait(100);
            script.Receive($". 1:1(0) ack {((i + 1) * 10_000) + 1}");
        }

        Assert.True(script.Subflow.Congestion.Window > 10_000);
        script.Wait(5_000);
        Assert.Equal(10_000, script.Subflow.SendSpace(script.Now));
        Assert.Equal(10_000, script.Subflow.Congestion.Window);
    }

    [Fact]
    public void Pacing_spreads_the_window_over_half_a_round_trip_in_slow_start()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { Pacing = true });
        script.WriteSegments(1);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1001");
        script.WriteSegments(3);

        // 10 segments in 100 ms, twice as fast: 5 ms each, less 1 ms that a pause may be made up for.
        script.Expect("P. 1001:2001(1000) ack 1");
        script.ExpectAt(104, "P. 2001:3001(1000) ack 1");
        Assert.Equal(0, script.Subflow.SendSpace(script.Now));
        script.ExpectAt(109, "P. 3001:4001(1000) ack 1");
    }

    [Fact]
    public void A_probe_of_a_peer_opens_its_window_though_ours_is_closed()
    {
        // RFC 9293 section 3.10.7.4: ACKs are taken when the window is zero; only the octet is not.
        var script = SubflowScript.Established();
        script.Do(s => s.ReceiveWindow = 0);
        script.Receive(". 1:60001(60000) ack 1 win 0");
        script.Expect(". 1:1(0) ack 60001");
        script.Receive(". 60001:60002(1) ack 1 win 5000");
        script.Expect(". 1:1(0) ack 60001");
        Assert.True(script.LastOutcome.Has(SegmentEvents.WindowMoved));
        Assert.Equal(0, script.LastOutcome.PayloadLength);
        Assert.Equal(5_000, script.Subflow.SendSpace(script.Now));
    }

    [Fact]
    public void Slow_start_doubles_though_one_ack_stands_for_a_merged_segment()
    {
        // RFC 9406 section 4.2: the bound of one ACK is against bursts, and the burst was one already.
        var script = SubflowScript.Established(congestion: new Cubic());
        script.MaxPayload = 10_000;
        script.Write(10_000);
        script.Expect("P. 1:10001(10000) ack 1");
        script.Wait(100);
        script.Receive(". 1:1(0) ack 10001");
        Assert.Equal(20_000, script.Subflow.Congestion.Window);
    }

    [Fact]
    public void Without_merging_one_ack_lets_slow_start_grow_by_eight_segments()
    {
        var script = SubflowScript.Established(congestion: new Cubic());
        script.WriteSegments(10);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 10001");
        Assert.Equal(18_000, script.Subflow.Congestion.Window);
    }
}
