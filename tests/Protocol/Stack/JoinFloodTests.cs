using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Joins with a token that is known, begun in great numbers by who does not know the keys (RFC 8684 section 3.2).</summary>
public sealed class JoinFloodTests
{
    private const int Measured = 10_000;
    private static readonly Endpoint _second = new(StackPair.ServerB, 80);
    private uint _next;

    [Fact]
    public void An_honest_join_gets_in_while_a_hundred_thousand_a_second_come_from_forged_addresses()
    {
        var pair = Connected();
        pair.Delay = Duration.FromMillis(50);
        var (begun, joined) = (Instant.Never, Instant.Never);
        for (var i = 0; i < 2_000; i++)
        {
            Flood(pair, 50);
            if (i == 400)
            {
                Join(pair);
                begun = pair.Now;
            }

            pair.RunFor(Duration.FromMicros(500));
            Assert.InRange(StackPair.Info(pair.Server, pair.ServerSide).Subflows, 1, 6);
            joined = joined == Instant.Never && IsJoined(pair) ? pair.Now : joined;
        }

        Assert.Equal(Duration.FromMillis(150), joined - begun);

        var data = TransferTests.Data(300_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
        pair.RunFor(Duration.FromSeconds(400));
        Assert.Equal(2, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    [Fact]
    public void A_flood_allocates_nothing_but_what_an_hmac_takes_once_it_is_one()
    {
        var pair = Connected();
        Flood(pair, 1_000);
        pair.RunFor(Duration.FromMillis(1));
        var allocated = 0L;
        for (var i = 0; i < Measured; i++)
        {
            var syn = NextSyn(pair);
            var before = GC.GetAllocatedBytesForCurrentThread();
            pair.Server.HandlePacket(syn, default, pair.Now);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(allocated / Measured, 0, 128);
    }

    [Fact]
    public void A_wrong_proof_is_refused_and_takes_nothing()
    {
        var pair = Connected();
        Flood(pair, 100);
        pair.RunFor(Duration.FromMillis(1));
        var resets = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            resets += !fromClient && packet.Has(TcpFlags.Rst) ? 1 : 0;
            if (!fromClient && packet.Has(TcpFlags.Syn | TcpFlags.Ack) && packet.Options.Mptcp.Has(MptcpKinds.Join))
            {
                var header = new SegmentHeader { Seq = packet.Ack, Ack = packet.Seq + 1, Flags = TcpFlags.Ack, Window = 1_000 };
                header.Options.Mptcp.Set(MpJoin.Ack(default));
                pair.Inject(toServer: true, PacketEdit.Create(packet.Tuple, header));
            }

            return true;
        };
        Flood(pair, 100);
        pair.RunFor(Duration.FromMillis(1));
        Assert.Equal(100, resets);
        Assert.Equal(5, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        Join(pair);
        pair.RunFor(Duration.FromMillis(20));
        Assert.True(IsJoined(pair));
    }

    [Fact]
    public void A_join_that_proves_itself_takes_the_slot_of_one_that_does_not()
    {
        var pair = Connected(new StackLimits { Subflows = 3 });
        Flood(pair, 10);
        Assert.Equal(3, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        Join(pair);
        pair.RunFor(Duration.FromMillis(20));
        Assert.True(IsJoined(pair));
        Assert.Equal(3, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lost_answer_and_a_lost_proof_are_made_good(bool losesProof)
    {
        var pair = Connected();
        Flood(pair, 100);
        pair.RunFor(Duration.FromMillis(1));
        var lost = new List<FourTuple>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            var isFirst = packet.Options.Mptcp.Has(MptcpKinds.Join) && fromClient == losesProof && lost.Count == 0
                && packet.Has(TcpFlags.Ack);
            if (isFirst)
            {
                lost.Add(packet.Tuple);
            }

            return !isFirst;
        };
        Join(pair);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Single(lost);
        Assert.True(IsJoined(pair));
        var data = TransferTests.Data(300_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    private static StackPair Connected(StackLimits? limits = null) =>
        new StackPair(
            new StackOptions { Entropy = new SeededEntropy(1), LocalAddresses = [StackPair.ClientA, StackPair.ClientB] },
            new StackOptions { Entropy = new SeededEntropy(3), Limits = limits ?? new StackLimits() }).Connect();

    private static void Join(StackPair pair) =>
        Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, new Endpoint(StackPair.ClientB, 0), 1, _second, false));

    private static bool IsJoined(StackPair pair) =>
        StackPair.Subflows(pair.Server, pair.ServerSide).Any(one => one is { Established: true, RemoteId: 1 });

    private void Flood(StackPair pair, int count)
    {
        for (var i = 0; i < count; i++)
        {
            pair.Server.HandlePacket(NextSyn(pair), default, pair.Now);
        }
    }

    private byte[] NextSyn(StackPair pair)
    {
        var tuple = new FourTuple(new Endpoint(IpAddr.V4(0x0b000000 + _next++), 1000), _second);
        return PacketEdit.Syn(tuple, _next, MpJoin.Syn(false, 7, pair.ServerToken, _next));
    }
}
