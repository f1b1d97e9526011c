using Multipath.Lab.Packets;
using Multipath.Lab.Packets.Middleboxes;
using Multipath.Lab.Packets.Watch;
using Multipath.Lab.Tests.Packets.Support;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets;

public sealed class GatheringNodeTests
{
    private static readonly byte[] _data = TcpBytes.Data(250);
    private static readonly byte[] _option = TcpBytes.Dss(1, 2, 3, 250);

    private readonly Keeper _inner = new();
    private readonly GatherWatch _watch = new("near");
    private readonly GatheringNode _node;

    public GatheringNodeTests() => _node = new GatheringNode(_inner, _watch);

    [Fact]
    public void Contiguous_segments_that_say_the_same_arrive_as_one_that_knows_their_size()
    {
        Take(Segment(0, 100), 0);
        Take(Segment(100, 100), 10);
        Assert.Empty(_inner.Received);
        Take(Segment(200, 50), 20);
        var (bytes, info, at) = Assert.Single(_inner.Received);
        Assert.True(TcpFrame.TryRead(bytes, out var frame) && frame.IsIntact);
        Assert.Equal(_data, frame.Payload.ToArray());
        Assert.Equal(_option, frame.Options.ToArray());
        Assert.Equal((100, true, 20L), ((int)info.GsoSize, info.ChecksumTrusted, at.Micros));
        Assert.Equal((2, 0), (_watch.Joined, _watch.Held));
    }

    [Fact]
    public void A_moment_without_another_segment_ends_it()
    {
        Take(Segment(0, 100), 5);
        Assert.Equal(new Instant(1005), _node.PollTimeout());
        _node.HandleTimeout(new Instant(1005));
        Assert.Equal((0, 1005L), ((int)Assert.Single(_inner.Received).Info.GsoSize, _inner.Received[0].At.Micros));
        Assert.Equal(Instant.Never, _node.PollTimeout());
    }

    [Fact]
    public void What_says_something_else_stays_apart_and_in_order()
    {
        TcpBytes[] segments =
        [
            Segment(0, 100),
            Segment(100, 100) with { Options = TcpBytes.Dss(1, 2, 4, 100) },
            Segment(200, 50) with { Acknowledgement = 2001, Flags = TcpFrame.Ack | TcpFrame.Psh },
            Segment(0, 100),
            Segment(200, 50),
            Segment(0, 0) with { Flags = TcpFrame.Ack | TcpFrame.Fin },
        ];
        foreach (var segment in segments)
        {
            Take(segment, 0);
        }

        Assert.Equal(segments.Select(segment => segment.ToPacket()), _inner.Received.Select(one => one.Bytes));
        Assert.All(_inner.Received, one => Assert.Equal(0, (int)one.Info.GsoSize));
    }

    private static TcpBytes Segment(int at, int length) => new()
    {
        Sequence = 1000 + (uint)at,
        Options = _option,
        Payload = _data[at..(at + length)],
    };

    private void Take(TcpBytes segment, long micros) => _node.HandlePacket(segment.ToPacket(), default, new Instant(micros));

    private sealed class Keeper : INode
    {
        internal List<(byte[] Bytes, PacketInfo Info, Instant At)> Received { get; } = [];

        public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now) => Received.Add((packet.ToArray(), info, now));

        public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
        {
            info = default;
            return 0;
        }

        public Instant PollTimeout() => Instant.Never;

        public void HandleTimeout(Instant now)
        {
        }
    }
}
