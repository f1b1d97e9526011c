using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Paths that swallow large packets and tell nobody (RFC 8899 section 4.3).</summary>
public sealed class PathBlackHoleTests
{
    private const int Limit = 1_300;
    private const int Piece = 100_000;
    private static readonly byte[] _data = TransferTests.Data(300_000);
    private int _largest;

    [Fact]
    public void A_path_that_swallows_large_packets_is_found_and_served_with_small_ones()
    {
        var pair = new StackPair().Connect();
        pair.Passes = (bool fromClient, in ParsedPacket packet) => LengthOf(packet) <= Limit;
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data, Duration.FromSeconds(20)));

        // From now on nothing is lost.
        var before = StackPair.Subflows(pair.Client, pair.ClientSide).Single().Retransmissions;
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data, Duration.FromSeconds(20)));
        Assert.Equal(before, StackPair.Subflows(pair.Client, pair.ClientSide).Single().Retransmissions);
    }

    [Fact]
    public void A_path_that_was_dead_for_a_while_keeps_its_segment_size()
    {
        var pair = new StackPair().Connect();
        var isDead = false;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            _largest = isDead ? 0 : Math.Max(_largest, LengthOf(packet));
            return !isDead;
        };
        foreach (var seconds in new[] { 3, 6, 12 })
        {
            pair.Client.Write(pair.ClientSide, new byte[Piece], pair.Now);
            pair.RunFor(Duration.FromMillis(7));
            isDead = true;
            pair.RunFor(Duration.FromSeconds(seconds));
            isDead = false;
            pair.RunFor(Duration.FromSeconds(60));
            Assert.Equal(Piece, pair.Server.Read(pair.ServerSide, new byte[_data.Length], pair.Now));
        }

        _largest = 0;
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        Assert.Equal(1_500, _largest);
    }

    private static int LengthOf(in ParsedPacket packet) =>
        PacketWriter.HeaderLength(isV4: true) + packet.Options.Length + packet.Payload.Length;
}
