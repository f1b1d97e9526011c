using Multipath.Lab.Packets.Middleboxes;
using Multipath.Lab.Tests.Packets.Support;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets.Middleboxes;

public sealed class OptionBoxTests
{
    private static readonly byte[] _mss = [2, 4, 5, 0xB4];

    [Fact]
    public void All_mptcp_options_become_no_operations_and_the_checksum_is_right()
    {
        var segment = new TcpBytes { Options = [.. _mss, .. TcpBytes.Join(), .. TcpBytes.AddAddress()], Payload = TcpBytes.Data(33) };

        var packet = Assert.Single(OneLink.Through(new StripOptions([]), segment));

        Assert.Equal((segment with { Options = [.. _mss, .. Enumerable.Repeat((byte)1, 20)] }).ToPacket(), packet);
    }

    [Fact]
    public void Only_the_subtypes_that_are_named_go()
    {
        var segment = new TcpBytes { Options = [1, 1, 1, .. TcpBytes.AddAddress(), .. TcpBytes.Join(), 1] };

        var packet = Assert.Single(OneLink.Through(new StripOptions([MptcpSubtype.AddAddress]), segment));

        Assert.Equal((segment with { Options = [.. Enumerable.Repeat((byte)1, 11), .. TcpBytes.Join(), 1] }).ToPacket(), packet);
    }

    [Fact]
    public void Stripping_begins_when_it_is_said_to()
    {
        var segment = new TcpBytes { Options = TcpBytes.Join() };
        var world = new OneLink(boxes: new StripOptions([], new Instant(20_000)));
        world.Near.Send(0, segment.ToPacket());
        world.Near.Send(15_000, segment.ToPacket());

        world.Run();

        Assert.Equal(segment.ToPacket(), world.Far.Received[0].Bytes);
        Assert.NotEqual(segment.ToPacket(), world.Far.Received[1].Bytes);
    }

    [Fact]
    public void Syns_with_mptcp_are_dropped_and_others_pass()
    {
        var syn = new TcpBytes { Flags = TcpFrame.Syn, Options = [.. _mss, .. TcpBytes.Join()] };
        var plain = syn with { Options = _mss };
        var later = syn with { Flags = TcpFrame.Ack };

        var packets = OneLink.Through(new DropMptcpSyns(), syn, plain, later);

        Assert.Equal([plain.ToPacket(), later.ToPacket()], packets);
    }

    [Fact]
    public void A_box_may_drop_answers_only()
    {
        var syn = new TcpBytes { Flags = TcpFrame.Syn, Options = [.. _mss, .. TcpBytes.Join()] };
        var answer = syn with { Flags = TcpFrame.Syn | TcpFrame.Ack };
        var plain = answer with { Options = _mss };

        var packets = OneLink.Through(new DropMptcpSyns(onlyAnswers: true), syn, answer, plain);

        Assert.Equal([syn.ToPacket(), plain.ToPacket()], packets);
    }

    [Fact]
    public void A_wrong_checksum_stays_wrong()
    {
        var packet = new TcpBytes { Options = TcpBytes.Join(), Payload = TcpBytes.Data(20) }.ToPacket();
        packet[^1] ^= 1;
        var world = new OneLink(boxes: [new StripOptions([]), new RewriteSequence(5)]);
        world.Near.Send(0, packet);

        world.Run();

        Assert.True(TcpFrame.TryRead(world.Far.Received[0].Bytes, out var frame));
        Assert.False(frame.IsIntact);
    }

    [Fact]
    public void What_is_no_segment_passes_as_it_is()
    {
        byte[] odd = [0x45, 0, 0, 60, 1, 2, 3, 4, 64, 17, 0, 0, 10, 0, 0, 1, 10, 9, 0, 1, 9];

        var world = new OneLink(boxes: [new StripOptions([]), new DropMptcpSyns(), new RewriteSequence(5), new SplitSegments(1)]);
        world.Near.Send(0, odd);

        Assert.Equal(odd, Assert.Single(world.Run().Far.Received).Bytes);
    }
}
