using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>Data in both directions without loss.</summary>
public class TransferTests
{
    [Fact]
    public void Assigned_data_leaves_in_segments_that_carry_the_chunk()
    {
        var script = SubflowScript.Established();
        script.Write(2_500);
        script.Expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", "P. 2001:2501(500) ack 1");

        Assert.Equal(SegmentKind.Data, script.LastPlan.Kind);
        Assert.Equal(new Dsn64(1_002_000), script.LastPlan.Dsn);
        Assert.Equal(new Dsn64(1_000_000), script.LastPlan.Chunk.Dsn);
        Assert.Equal(2_500, script.LastPlan.Chunk.Length);
        Assert.Equal(1u, script.LastPlan.ChunkSsn);
        Assert.Equal(2_500, script.Subflow.InFlight);
        Assert.True(script.Subflow.TryGetLowestDsn(out var lowest));
        Assert.Equal(new Dsn64(1_000_000), lowest);
    }

    [Fact]
    public void Segments_never_span_chunks()
    {
        var script = SubflowScript.Established();
        script.Write(300);
        script.Write(300);
        script.Expect("P. 1:301(300) ack 1", "P. 301:601(300) ack 1");
        Assert.Equal(301u, script.LastPlan.ChunkSsn);
    }

    [Fact]
    public void With_offload_a_segment_is_a_multiple_of_the_full_size()
    {
        var script = SubflowScript.Established();
        script.MaxPayload = 4_700;
        script.Write(6_500);
        script.Expect(". 1:4001(4000) ack 1", "P. 4001:6501(2500) ack 1");
        Assert.Equal(1_000, script.LastPlan.Mss);
    }

    [Fact]
    public void An_ack_releases_chunks_and_window()
    {
        var script = SubflowScript.Established();
        script.WriteSegments(3);
        script.Expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", "P. 2001:3001(1000) ack 1");
        script.Wait(100);
        script.Receive(". 1:1(0) ack 2001");

        Assert.True(script.LastOutcome.Has(SegmentEvents.AckAdvanced));
        Assert.Equal(2_000, script.LastOutcome.DeliveredBytes);
        Assert.Equal(1, script.Subflow.ChunkCount);
        Assert.Equal(1_000, script.Subflow.InFlight);
        Assert.True(script.Subflow.TryGetLowestDsn(out var lowest));
        Assert.Equal(new Dsn64(1_002_000), lowest);
        script.Receive(". 1:1(0) ack 3001");
        Assert.Equal(0, script.Subflow.ChunkCount);
        Assert.False(script.Subflow.TryGetLowestDsn(out _));
        Assert.Equal(Instant.Never, script.Subflow.Deadline);
    }

    [Fact]
    public void The_lowest_dsn_is_that_of_a_reinjected_chunk_while_it_is_held()
    {
        var script = SubflowScript.Established();
        script.Write(1_000);
        script.Assign(new Chunk { Dsn = new Dsn64(500), Length = 1_000 });
        script.Write(1_000);
        script.TakeSent();
        script.Wait(100);
        script.Receive(". 1:1(0) ack 1001");
        Assert.True(script.Subflow.TryGetLowestDsn(out var lowest));
        Assert.Equal(new Dsn64(500), lowest);
        script.Receive(". 1:1(0) ack 2001");
        Assert.True(script.Subflow.TryGetLowestDsn(out lowest));
        Assert.Equal(new Dsn64(1_001_000), lowest);
    }

    [Fact]
    public void Send_space_is_what_the_windows_leave_in_whole_segments()
    {
        var script = SubflowScript.Established();
        Assert.Equal(10_000, script.Subflow.SendSpace(script.Now));
        script.WriteSegments(3);
        script.TakeSent();
        Assert.Equal(7_000, script.Subflow.SendSpace(script.Now));
        script.Receive(". 1:1(0) ack 3001 win 4700");
        Assert.Equal(4_000, script.Subflow.SendSpace(script.Now));
        script.Receive(". 1:1(0) ack 3001 win 0");
        Assert.Equal(0, script.Subflow.SendSpace(script.Now));
    }

    [Fact]
    public void Payload_is_reported_with_its_place()
    {
        var script = SubflowScript.Established();
        script.Receive("P. 1:501(500) ack 1");
        Assert.Equal(SegmentEvents.Acceptable | SegmentEvents.Payload, script.LastOutcome.Events);
        Assert.Equal(0, script.LastOutcome.PayloadOffset);
        Assert.Equal(500, script.LastOutcome.PayloadLength);
        Assert.Equal(501, script.LastOutcome.ReceivedTo - script.Subflow.InitialReceived);
        script.Expect(". 1:1(0) ack 501");

        script.Receive("P. 301:801(500) ack 1");
        Assert.Equal(200, script.LastOutcome.PayloadOffset);
        Assert.Equal(300, script.LastOutcome.PayloadLength);
        Assert.Equal(501, script.LastOutcome.PayloadSeq - script.Subflow.InitialReceived);
    }

    [Fact]
    public void Data_carries_the_acknowledgment()
    {
        var script = SubflowScript.Established();
        script.Receive("P. 1:501(500) ack 1");
        script.TakeSent();
        script.Write(100);
        script.Expect("P. 1:101(100) ack 501");
        script.Skip(1);
        Assert.Equal(TcpFlags.Ack | TcpFlags.Psh, script.LastPlan.Header.Flags);
    }

    [Fact]
    public void The_last_segment_that_leaves_at_once_is_pushed_whatever_holds_back_the_next()
    {
        // All that was written: only the last.
        var script = SubflowScript.Established();
        script.WriteSegments(3);
        script.Expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", "P. 2001:3001(1000) ack 1");

        // The peer's window: the last that it has room for.
        script.Receive(". 1:1(0) ack 3001 win 2000");
        script.WriteSegments(3);
        script.Expect(". 3001:4001(1000) ack 1", "P. 4001:5001(1000) ack 1");

        // The congestion window: the tenth of the first ten.
        script = SubflowScript.Established();
        script.WriteSegments(12);
        for (var i = 0; i < 9; i++)
        {
            script.Expect($". {(i * 1000) + 1}:{(i + 1) * 1000 + 1}(1000) ack 1");
        }

        script.Expect("P. 9001:10001(1000) ack 1");

        // Nagle: the rest waits for company.
        script = SubflowScript.Established(SubflowScript.Plain with { Nagle = true });
        script.Write(1500, isMergeable: true);
        script.Expect("P. 1:1001(1000) ack 1");
    }

    [Fact]
    public void Adjoining_chunks_that_wait_are_merged_into_one_map()
    {
        var script = SubflowScript.Established(SubflowScript.Plain with { Nagle = true });
        script.Write(100, isMergeable: true);
        script.Expect("P. 1:101(100) ack 1");
        script.Write(100, isMergeable: true);
        script.Write(150, isMergeable: true);
        script.ExpectNothing();
        script.Receive(". 1:1(0) ack 101");
        script.Expect("P. 101:351(250) ack 1");
        Assert.Equal(250, script.LastPlan.Chunk.Length);
    }
}
