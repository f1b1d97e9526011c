using Multipath.Lab.Packets.Middleboxes;
using Multipath.Lab.Tests.Packets.Support;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets.Middleboxes;

public sealed class SegmentBoxTests
{
    private const byte AckPsh = TcpFrame.Ack | TcpFrame.Psh;

    private static readonly TcpBytes _whole = new()
    {
        Options = TcpBytes.Dss(5, 6, 7, 200),
        Payload = TcpBytes.Data(200),
        Flags = AckPsh | TcpFrame.Fin,
    };

    private static readonly TcpBytes _first = new() { Options = TcpBytes.Dss(5, 6, 7, 200), Payload = TcpBytes.Data(200)[..120] };

    private static readonly TcpBytes _second = _first with
    {
        Sequence = _first.Sequence + 120,
        Payload = TcpBytes.Data(200)[120..],
        Flags = AckPsh,
        Window = 600,
        Acknowledgement = 2100,
    };

    [Fact]
    public void A_segment_is_cut_in_two_that_both_carry_the_options()
    {
        var packets = OneLink.Through(new SplitSegments(120), _whole, _first);

        var first = _whole with { Payload = _whole.Payload[..120], Flags = TcpFrame.Ack };
        var second = _whole with { Payload = _whole.Payload[120..], Sequence = _whole.Sequence + 120 };
        Assert.Equal([first.ToPacket(), second.ToPacket(), _first.ToPacket()], packets);
    }

    [Fact]
    public void A_segment_over_ipv6_is_cut_too()
    {
        var whole = _whole with { Source = IpAddr.Parse("2001:db8::1"), Destination = IpAddr.Parse("2001:db8::2") };

        var packets = OneLink.Through(new SplitSegments(199), whole);

        Assert.Equal((whole with { Payload = whole.Payload[199..], Sequence = whole.Sequence + 199 }).ToPacket(), packets[1]);
    }

    [Fact]
    public void Contiguous_segments_of_one_mapping_become_one_with_the_later_ack_and_window()
    {
        var packet = Assert.Single(OneLink.Through(new MergeSegments(rude: false, Duration.FromMillis(1)), _first, _second));

        var merged = _second with { Sequence = _first.Sequence, Payload = TcpBytes.Data(200) };
        Assert.Equal(merged.ToPacket(), packet);
    }

    [Fact]
    public void The_gentle_kind_leaves_segments_apart_whose_options_differ()
    {
        var other = _second with { Options = TcpBytes.Dss(5, 126, 127, 80) };

        var packets = OneLink.Through(new MergeSegments(rude: false, Duration.FromMillis(1)), _first, other);

        Assert.Equal([_first.ToPacket(), other.ToPacket()], packets);
    }

    [Fact]
    public void The_rude_kind_loses_the_second_mapping()
    {
        var other = _second with { Options = TcpBytes.Dss(5, 126, 127, 80) };

        var packet = Assert.Single(OneLink.Through(new MergeSegments(rude: true, Duration.FromMillis(1)), _first, other));

        Assert.Equal((_second with { Sequence = _first.Sequence, Payload = TcpBytes.Data(200) }).ToPacket(), packet);
    }

    [Fact]
    public void Segments_with_a_gap_between_them_stay_apart_and_in_order()
    {
        var later = _second with { Sequence = _second.Sequence + 1 };

        var packets = OneLink.Through(new MergeSegments(rude: true, Duration.FromMillis(1)), _first, later, new TcpBytes());

        Assert.Equal([_first.ToPacket(), later.ToPacket(), new TcpBytes().ToPacket()], packets);
    }

    [Fact]
    public void A_segment_waits_no_longer_than_the_boxs_patience()
    {
        var world = new OneLink(boxes: new MergeSegments(rude: false, Duration.FromMillis(3)));
        world.Near.Send(0, _first.ToPacket());

        world.Run();

        var (at, bytes) = Assert.Single(world.Far.Received);
        Assert.Equal(10_000 + _first.ToPacket().Length + 3_000, at.Micros);
        Assert.Equal(_first.ToPacket(), bytes);
    }

    [Fact]
    public void Damaged_segments_are_neither_cut_nor_joined()
    {
        var damaged = _whole.ToPacket();
        damaged[^1] ^= 1;
        var world = new OneLink(boxes: [new SplitSegments(120)]);
        world.Near.Send(0, damaged);

        Assert.Empty(world.Run().Far.Received);
        Assert.Equal(0, world.Network.PacketsHeld);
    }
}
