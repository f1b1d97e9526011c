using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol.Wire.Tcp;
using static Multipath.Agent.Tests.DataPlanes.Tun.Segments;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

public sealed class SegmentCutTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_large_segment_becomes_those_that_would_have_been_written_and_only_the_last_ends_the_burst(bool isV4)
    {
        var large = Packet(isV4, 0, 2300, header => header with { Flags = TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin });
        var pieces = Cut(large, Size);
        Assert.Equal(3, pieces.Count);
        Assert.Equal(Packet(isV4, 0, Size), pieces[0]);
        Assert.Equal(Packet(isV4, Size, Size), pieces[1]);
        Assert.Equal(
            Packet(isV4, 2 * Size, 300, header => header with { Flags = TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin }), pieces[2]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    public void One_that_is_not_to_be_cut_only_gets_its_checksum(int payload)
    {
        var whole = Packet(true, 0, payload);
        var partial = whole.ToArray();
        partial[36] ^= 0xFF;
        Assert.Equal(whole, Assert.Single(Cut(partial, 0)));
    }

    [Fact]
    public void What_is_no_segment_cannot_be_cut() => Assert.Throws<ArgumentException>(() => Cut([0x45, 0, 0], 0));

    [Fact]
    public void What_was_cut_is_gathered_again()
    {
        var large = Packet(true, 0, 20 * Size);
        var gatherer = new SegmentGatherer();
        gatherer.Begin();
        foreach (var piece in Cut(large, Size))
        {
            piece.CopyTo(gatherer.PollRoom());
            gatherer.Handle(piece.Length);
        }

        Assert.True(gatherer.TryTake(out var packet, out _));
        Assert.Equal(large.AsSpan(38), packet[38..]);
        Assert.Equal(large.AsSpan(0, 36), packet[..36]);
    }

    private static List<byte[]> Cut(byte[] packet, int size)
    {
        List<byte[]> pieces = [];
        var cut = new SegmentCut(packet, size);
        var room = new byte[TunQueue.PacketLimit];
        while (cut.Next(room) is > 0 and var length)
        {
            pieces.Add(room[..length]);
        }

        return pieces;
    }
}
