using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>Nothing of a connection stays that no application has any more, whatever its peer does (RFC 9293 section 3.6.1).</summary>
public sealed class ReleaseTests
{
    private static readonly Duration _closeTimeout = new ConnectionOptions().CloseTimeout;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_not_read_is_freed_and_the_peer_is_told_that_it_is_lost(bool multipath)
    {
        foreach (var peerCloses in new[] { true, false })
        {
            var pair = WithUnread(multipath);
            if (peerCloses)
            {
                pair.Client.Close(pair.ClientSide, pair.Now);
                pair.RunFor(Duration.FromSeconds(1));
            }

            var fastCloses = 0;
            pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            {
                fastCloses += !fromClient && packet.Options.Mptcp.Has(MptcpKinds.FastClose) ? 1 : 0;
                return true;
            };
            pair.Server.Release(pair.ServerSide, pair.Now);
            Assert.Equal(0, pair.Server.BufferBytes);
            pair.RunFor(Duration.FromSeconds(1));
            Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Aborted });
            Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Reset });
            Assert.Equal(multipath ? 1 : 0, fastCloses);
            Assert.Equal(0, pair.Client.ConnectionCount + pair.Server.ConnectionCount);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_not_read_when_both_streams_had_ended_is_nothing_to_tell(bool multipath)
    {
        var pair = WithUnread(multipath);
        pair.Server.Close(pair.ServerSide, pair.Now);
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        pair.Server.Release(pair.ServerSide, pair.Now);
        Assert.Equal(0, pair.Server.BufferBytes);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
        pair.RunFor(Duration.FromSeconds(120));
        Assert.Equal(0, pair.Client.ConnectionCount + pair.Server.ConnectionCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_written_before_is_still_delivered(bool multipath)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath });
        var data = TransferTests.Data(500_000);
        Assert.Equal(data.Length, pair.Server.Write(pair.ServerSide, data, pair.Now));
        pair.Server.Release(pair.ServerSide, pair.Now);
        var chunk = new byte[100_000];
        var received = new List<byte>();
        var last = 0;
        Assert.True(pair.RunUntil(
            () =>
            {
                for (; (last = pair.Client.Read(pair.ClientSide, chunk, pair.Now)) > 0;)
                {
                    received.AddRange(chunk[..last]);
                }

                return last == Stack.EndOfStream;
            },
            Duration.FromSeconds(30)));
        Assert.Equal(data, received);
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_goes_on_sending_is_reset(bool multipath)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath });
        pair.Server.Release(pair.ServerSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(1, pair.Server.ConnectionCount);
        pair.Client.Write(pair.ClientSide, new byte[100], pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Reset });
        Assert.Equal(0, pair.Client.ConnectionCount + pair.Server.ConnectionCount);
        Assert.Equal(0, pair.Client.BufferBytes + pair.Server.BufferBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_vanishes_or_never_ends_its_stream_is_given_up(bool multipath)
    {
        foreach (var vanishes in new[] { true, false })
        {
            var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath });
            pair.Server.Release(pair.ServerSide, pair.Now);
            pair.RunFor(Duration.FromSeconds(1));
            pair.Passes = (bool fromClient, in ParsedPacket packet) => !vanishes;
            pair.RunFor(_closeTimeout - Duration.FromSeconds(2));
            Assert.Equal(1, pair.Server.ConnectionCount);
            pair.RunFor(Duration.FromSeconds(10));
            Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.TimedOut });
            Assert.Equal(0, pair.Server.ConnectionCount);
            Assert.Equal(!vanishes, pair.ClientEvents.Any(one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Reset }));
        }
    }

    [Fact]
    public void A_peer_that_takes_nothing_of_what_was_written_is_given_up()
    {
        var pair = new StackPair().Connect(new ConnectionOptions { InitialReceiveWindow = 10_000, ReceiveBufferLimit = 10_000 });
        Assert.Equal(500_000, pair.Server.Write(pair.ServerSide, TransferTests.Data(500_000), pair.Now));
        pair.Server.Release(pair.ServerSide, pair.Now);
        pair.RunFor(_closeTimeout + Duration.FromSeconds(10));
        Assert.Equal(0, pair.Server.ConnectionCount);
        Assert.Equal(0, pair.Server.BufferBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public void An_end_that_is_not_answered_is_given_up_in_time(int written)
    {
        var pair = new StackPair().Connect();
        pair.Transfer(fromClient: true, TransferTests.Data(written));
        pair.RunFor(Duration.FromSeconds(1));
        pair.Passes = (bool fromClient, in ParsedPacket packet) => false;
        var before = pair.Packets;
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(_closeTimeout - Duration.FromMillis(1));
        Assert.DoesNotContain(pair.ClientEvents, one => one.Kind == StackEventKind.Ended);
        pair.RunFor(Duration.FromMillis(2));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.TimedOut });
        pair.RunFor(Duration.FromSeconds(30));
        Assert.Equal(0, pair.Client.ConnectionCount);
        Assert.InRange(pair.Packets - before, 1, 20);
    }

    [Fact]
    public void An_end_that_is_said_on_a_dead_path_is_said_on_another_one_next()
    {
        var pair = new StackPair().Connect().Join();
        pair.Transfer(fromClient: true, TransferTests.Data(100_000));
        pair.RunFor(Duration.FromSeconds(1));
        var first = default(FourTuple);
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            var tuple = fromClient ? packet.Tuple.Reversed : packet.Tuple;
            if (first == default && fromClient && packet.Options.Mptcp.Has(MptcpKinds.Dss) && packet.Options.Mptcp.Dss.IsDataFin)
            {
                first = tuple;
            }

            return tuple != first;
        };
        pair.Client.Close(pair.ClientSide, pair.Now);
        Assert.True(pair.RunUntil(
            () => pair.Server.Read(pair.ServerSide, new byte[1], pair.Now) == Stack.EndOfStream,
            Duration.FromSeconds(2)));
        Assert.NotEqual(default, first);
        Assert.Equal(2, StackPair.Subflows(pair.Client, pair.ClientSide).Length);
    }

    private static StackPair WithUnread(bool multipath)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath });
        pair.Client.Write(pair.ClientSide, TransferTests.Data(50_000), pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        return pair;
    }
}
