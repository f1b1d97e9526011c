using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;
using static Multipath.Agent.Tests.DataPlanes.Tun.Segments;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

public sealed class SegmentGathererTests
{
    private readonly SegmentGatherer _gatherer = new();

    public static TheoryData<string> Changes => [.. _changes.Keys];

    private static readonly Dictionary<string, Func<SegmentHeader, SegmentHeader>> _changes = new()
    {
        ["another acknowledgment"] = header => header with { Ack = header.Ack + 1 },
        ["another window"] = header => header with { Window = 501 },
        ["FIN"] = header => header with { Flags = TcpFlags.Ack | TcpFlags.Fin },
        ["URG"] = header => header with { Flags = TcpFlags.Ack | TcpFlags.Urg },
        ["a gap"] = header => header with { Seq = header.Seq + 1 },
        ["a repetition"] = header => header with { Seq = header.Seq - Size },
        ["another option"] = header => header with { Options = new TcpOptions { Timestamps = new TcpTimestamps(6, 6) } },
        ["one option less"] = header => header with { Options = default },
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Segments_that_follow_each_other_become_the_one_that_they_were_cut_from(bool isV4)
    {
        var taken = Gather(Packet(isV4, 0, Size), Packet(isV4, Size, Size), Packet(isV4, 2 * Size, 300, Pushed));
        var one = Assert.Single(taken);
        Assert.Equal((3, new PacketInfo { ChecksumTrusted = true, GsoSize = Size }), (one.Segments, one.Info));

        // But for the checksum of TCP, which is trusted.
        var whole = Packet(isV4, 0, 2300, Pushed);
        var checksum = whole.Length - 2300 - 12 - 4;
        Assert.Equal(whole[..checksum], one.Bytes[..checksum]);
        Assert.Equal(whole[(checksum + 2)..], one.Bytes[(checksum + 2)..]);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_segment_that_does_not_follow_is_the_next_packet_and_both_are_unchanged(string what)
    {
        byte[][] packets = [Packet(true, 0, Size), Packet(true, Size, Size), Packet(true, 2 * Size, Size, _changes[what])];
        var taken = Gather(packets);
        Assert.Equal([2, 1], taken.Select(one => one.Segments));
        Assert.Equal(Stream(0, 2 * Size), taken[0].Bytes[^(2 * Size)..]);
        Assert.Equal(packets[2], taken[1].Bytes);
    }

    [Theory]
    [InlineData(20, 1)]
    [InlineData(20, 8)]
    [InlineData(20, 16)]
    [InlineData(20, 500)]
    [InlineData(0, 10)]
    public void A_damaged_segment_is_joined_to_none_and_not_trusted(int header, int at)
    {
        var damaged = Packet(true, Size, Size);
        damaged[header + at] ^= 0x40;
        var taken = Gather(Packet(true, 0, Size), damaged, Packet(true, Size, Size));
        Assert.Equal([1, 1, 1], taken.Select(one => one.Segments));
        Assert.Equal([true, false, true], taken.Select(one => one.Info.ChecksumTrusted));
        Assert.Equal(damaged, taken[1].Bytes);
    }

    [Fact]
    public void A_segment_of_another_flow_is_joined_to_none()
    {
        var other = new FourTuple(Flow(true).Local, Endpoint.Parse("192.0.2.2:5001"));
        var taken = Gather(Packet(true, 0, Size), Packet(true, Size, Size, flow: other), Packet(true, Size, Size));
        Assert.Equal([1, 1, 1], taken.Select(one => one.Segments));
    }

    [Fact]
    public void Behind_a_short_one_none_is_joined_and_a_longer_one_never()
    {
        var shorter = Gather(Packet(true, 0, Size), Packet(true, Size, 999), Packet(true, 1999, Size));
        Assert.Equal([2, 1], shorter.Select(one => one.Segments));
        var longer = Gather(Packet(true, 0, Size), Packet(true, Size, 1001));
        Assert.Equal([1, 1], longer.Select(one => one.Segments));
    }

    [Fact]
    public void What_has_no_payload_or_is_no_segment_passes_as_it_is()
    {
        byte[][] packets = [Packet(true, 0, 0), [0x45, 0, 0], Packet(true, 0, Size)[..^1], Packet(true, 0, 30)];
        var taken = Gather(packets);
        Assert.Equal(packets, taken.Select(one => one.Bytes));
        Assert.All(taken, one => Assert.Equal(default, one.Info));
    }

    [Theory]
    [InlineData(Size, 64)]
    [InlineData(1448, 45)]
    public void No_packet_is_longer_than_ip_knows_or_of_more_segments_than_its_limit(int size, int most)
    {
        var taken = Gather([.. Enumerable.Range(0, 70).Select(at => Packet(true, at * size, size))]);
        Assert.Equal([most, 70 - most], taken.Select(one => one.Segments));
        Assert.Equal(Stream(0, 70 * size), taken.SelectMany(one => one.Bytes[52..]));
        Assert.All(taken, one => Assert.Equal(PacketFault.None, PacketParser.Parse(one.Bytes, true, out _)));
    }

    private static SegmentHeader Pushed(SegmentHeader header) => header with { Flags = TcpFlags.Ack | TcpFlags.Psh };

    private List<Taken> Gather(params byte[][] packets)
    {
        List<Taken> taken = [];
        var next = 0;
        while (true)
        {
            _gatherer.Begin();
            while (_gatherer.IsOpen && next < packets.Length)
            {
                packets[next].CopyTo(_gatherer.PollRoom());
                _gatherer.Handle(packets[next++].Length);
            }

            if (!_gatherer.TryTake(out var packet, out var info))
            {
                return taken;
            }

            taken.Add(new Taken(packet.ToArray(), info, _gatherer.Segments));
        }
    }

    private sealed record Taken(byte[] Bytes, PacketInfo Info, int Segments);
}
