using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>ACKs that are sent for the sake of options (RFC 8684 section 3.4).</summary>
public sealed class SignallingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Line_30_duplicate_acks_are_no_sign_of_congestion_if_they_carry_options_other_than_dss(bool signals)
    {
        var pair = new StackPair();
        var last = default(SegmentHeader);
        pair.Rewrite = (fromClient, bytes) => PacketEdit.Edit(bytes, (ref SegmentHeader header, ref byte[] payload) =>
        {
            header.Options.SackPermitted = false;
            last = fromClient ? header : last;
        });
        pair.Connect();
        pair.Transfer(fromClient: false, TransferTests.Data(200_000));
        pair.RunFor(Duration.FromMillis(20));
        var before = StackPair.Subflows(pair.Server, pair.ServerSide).Single();
        pair.Server.Write(pair.ServerSide, new byte[5000], pair.Now);
        pair.RunFor(Duration.FromMicros(1));
        for (var i = 0; i < 3; i++)
        {
            var again = last;
            again.Options.Mptcp.Remove(MptcpKinds.Prio);
            if (signals)
            {
                again.Options.Mptcp.Set(new MpPrio(i % 2 == 0));
            }

            pair.Inject(toServer: true, PacketEdit.Create(before.Tuple.Reversed, again));
        }

        pair.RunFor(Duration.FromSeconds(1));
        var after = StackPair.Subflows(pair.Server, pair.ServerSide).Single();
        Assert.Equal(!signals, after.Retransmissions > before.Retransmissions);
        Assert.Equal(signals, after.PeerBackup);
        Assert.True(!signals || after.CongestionWindow == before.CongestionWindow, "the window is as before");
    }

    [Fact]
    public void Line_30_at_most_two_acks_in_a_row_are_sent_for_options_alone_and_the_last_word_arrives()
    {
        var pair = new StackPair().Connect();
        var next = default(Seq32);
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            next = fromClient ? next : packet.Seq + packet.SequenceLength;
            return true;
        };
        pair.Transfer(fromClient: false, TransferTests.Data(1000));
        pair.RunFor(Duration.FromSeconds(1));
        var all = 0;
        var duplicates = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            all += !fromClient && packet.Options.Mptcp.HasSignal ? 1 : 0;

            // A probe, whose number is old, is answered and counts for nothing.
            duplicates += !fromClient && packet.Payload.IsEmpty && packet.Seq >= next ? 1 : 0;
            return true;
        };
        var tuple = StackPair.Subflows(pair.Server, pair.ServerSide).Single().Tuple;
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(PmResult.Ok, pair.Server.Paths.SetBackup(pair.ServerToken, tuple, backup: i % 2 == 0));
            pair.RunFor(Duration.FromMicros(10));
        }

        Assert.Equal(2, all);
        Assert.Equal(2, duplicates);
        pair.Server.Paths.SetBackup(pair.ServerToken, tuple, backup: true);
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Announce(pair.ServerToken, 1, new Endpoint(StackPair.ServerB, 0), pair.Now));
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Announce(pair.ServerToken, 2, new Endpoint(StackPair.ServerB, 8080), pair.Now));
        pair.RunFor(Duration.FromMillis(1));
        Assert.Equal(2, all);

        // The peer was asked for a sign of life, and what had to wait goes as it comes.
        pair.RunFor(Duration.FromMillis(100));
        Assert.True(StackPair.Subflows(pair.Client, pair.ClientSide).Single().PeerBackup);
        Assert.Equal(2, pair.ClientEvents.Count(one => one.Kind == StackEventKind.Announced));
        var packets = pair.Packets;
        pair.RunFor(Duration.FromSeconds(60));
        Assert.Equal(packets, pair.Packets);
    }
}
