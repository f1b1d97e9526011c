using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>What a program sets reaches the subflows.</summary>
public sealed class ConnectionOptionsTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Timestamps_are_used_if_both_ends_want_them(bool client, bool server)
    {
        var pair = new StackPair();
        var (syns, others) = (new List<bool>(), new List<bool>());
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            (packet.Has(TcpFlags.Syn) ? syns : others).Add(packet.Options.Timestamps is not null);
            return true;
        };
        pair.Connect(new ConnectionOptions { Timestamps = client }, new ConnectionOptions { Timestamps = server });
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.Equal([client, client && server], syns);
        Assert.All(others, one => Assert.Equal(client && server, one));
    }

    [Fact]
    public void Timestamps_are_refused_by_a_listener_under_a_flood_too()
    {
        var limits = new StackLimits { HalfOpenPerListener = 0 };
        var pair = new StackPair(server: new StackOptions { Entropy = new SeededEntropy(2), Limits = limits });
        var stamped = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            stamped += !fromClient && packet.Options.Timestamps is not null ? 1 : 0;
            return true;
        };
        pair.Connect(new ConnectionOptions(), new ConnectionOptions { Timestamps = false });
        Assert.True(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
        Assert.Equal(0, stamped);
    }

    [Fact]
    public void Without_timestamps_and_with_short_numbers_a_segment_has_sixteen_bytes_more_of_data()
    {
        Assert.Equal(1424, Largest(new ConnectionOptions()));
        Assert.Equal(1432, Largest(new ConnectionOptions { Timestamps = false }));
        Assert.Equal(1432, Largest(new ConnectionOptions { ShortSequenceNumbers = true }));
        Assert.Equal(1440, Largest(new ConnectionOptions { Timestamps = false, ShortSequenceNumbers = true }));
    }

    [Fact]
    public void Pacing_spreads_what_a_window_has_room_for()
    {
        var (rate, burst) = Burst(pacing: false);
        Assert.Equal(0, rate);
        Assert.True(burst > 20, $"{burst} segments at once");

        (rate, burst) = Burst(pacing: true);

        // A late timer may be made up for by a millisecond's worth.
        Assert.True(rate > 0);
        Assert.InRange(burst, 1, 2 + (rate / 1000 / 1424));
    }

    // Of an idle connection whose window has grown: the most segments that leave at the same time, and the rate that is reported.
    private static (long Rate, int Burst) Burst(bool pacing)
    {
        var pair = new StackPair { Delay = Duration.FromMillis(20) }.Connect(new ConnectionOptions { Pacing = pacing });
        pair.Transfer(fromClient: true, new byte[200_000]);
        var times = new List<Instant>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (fromClient && packet.Payload.Length > 0)
            {
                times.Add(pair.Now);
            }

            return true;
        };
        pair.Transfer(fromClient: true, new byte[50_000]);
        return (StackPair.Subflows(pair.Client, pair.ClientSide).Single().PacingRate, times.CountBy(one => one).Max(one => one.Value));
    }

    private static int Largest(ConnectionOptions options)
    {
        var pair = new StackPair().Connect(options);
        var largest = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            largest = Math.Max(largest, packet.Payload.Length);
            return true;
        };

        // The peer's data tells how long its numbers are: data ACKs become short with them.
        pair.Transfer(fromClient: false, new byte[10_000]);
        largest = 0;
        pair.Transfer(fromClient: true, new byte[200_000]);
        return largest;
    }
}
