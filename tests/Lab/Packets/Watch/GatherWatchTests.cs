using Multipath.Lab.Packets.Middleboxes;
using Multipath.Lab.Packets.Watch;
using Multipath.Lab.Tests.Packets.Support;
using Multipath.Protocol;

namespace Multipath.Lab.Tests.Packets.Watch;

public sealed class GatherWatchTests
{
    private static readonly TcpBytes _first = new() { Options = TcpBytes.Dss(1, 2, 3, 200), Payload = TcpBytes.Data(100) };
    private static readonly TcpBytes _second = _first with { Sequence = 1100, Flags = TcpFrame.Ack | TcpFrame.Psh, Window = 400 };
    private static readonly TcpBytes _joined = _second with { Sequence = 1000, Payload = [.. _first.Payload, .. _second.Payload] };

    [Fact]
    public void What_could_be_cut_into_what_came_passes_and_is_counted()
    {
        var watch = new GatherWatch("near");
        Assert.Null(Pass(watch, [_first, _second], _joined, size: 100));
        Assert.Equal((1, 0), (watch.Joined, watch.Held));
    }

    [Fact]
    public void What_came_alone_passes_unchanged_only()
    {
        Assert.Null(Pass([_first], _first, size: 0));
        Assert.Equal("something else than what came", Pass([_first], _first with { Window = 501 }, size: 0));
        Assert.Equal("what never came", Pass([], _first, size: 0));
    }

    [Fact]
    public void What_says_something_that_did_not_come_is_a_fault()
    {
        byte[] wrong = [.. _joined.Payload[..150], .. new byte[50]];
        Assert.Equal("other bytes than came", Pass([_first, _second], _joined with { Payload = wrong }));
        Assert.Equal("other bytes than came", Pass([_first, _second], _joined with { Payload = _joined.Payload[..199] }));
        Assert.Equal("more than came", Pass([_first], _joined));
        Assert.Equal("another end than came", Pass([_first, _second], _joined with { Flags = TcpFrame.Ack }));
        Assert.Equal("another end than came", Pass([_first, _second], _joined with { Window = 500 }));
    }

    [Fact]
    public void What_may_not_be_joined_is_a_fault()
    {
        var otherMap = _second with { Options = TcpBytes.Dss(1, 102, 103, 100) };
        Assert.Equal("segments joined that say different things", Pass([_first, otherMap], _joined));
        Assert.Equal("segments joined that do not follow each other", Pass([_first, _second with { Sequence = 1101 }], _joined));
        Assert.Equal("segments joined that do not follow each other", Pass([_first, _second with { SourcePort = 1 }], _joined));
        var end = _second with { Flags = TcpFrame.Ack | TcpFrame.Fin };
        Assert.Equal("something joined that has to stay alone", Pass([_first, end], _joined));
        Assert.Equal("something joined behind an end", Pass([_first with { Flags = TcpFrame.Ack | TcpFrame.Psh }, _second], _joined));
        Assert.Equal("something joined behind an end", Pass([_first, _second], _joined, size: 101));
    }

    /// <returns>What the watch says of a packet that the device passes on, without the name.</returns>
    private static string? Pass(TcpBytes[] came, TcpBytes passed, ushort size = 100) => Pass(new GatherWatch("near"), came, passed, size);

    private static string? Pass(GatherWatch watch, TcpBytes[] came, TcpBytes passed, ushort size)
    {
        const string start = "the device of the near passed on ";
        foreach (var one in came)
        {
            watch.HandleReceived(one.ToPacket());
        }

        var fault = Record.Exception(() => watch.HandlePassed(passed.ToPacket(), new PacketInfo { GsoSize = size }))?.Message;
        Assert.StartsWith(start, fault ?? start, StringComparison.Ordinal);
        return fault?[start.Length..];
    }
}
