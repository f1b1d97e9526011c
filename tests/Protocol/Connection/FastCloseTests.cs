using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>An abort that the peer has to answer (RFC 8684 section 3.5, option A).</summary>
public sealed class FastCloseTests
{
    private readonly List<(Instant At, bool FromClient, bool IsReset, bool HasOption)> _seen = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Line_27_one_subflow_tells_by_an_ack_and_the_others_are_reset(int subflows)
    {
        var pair = Watched(new StackPair().Connect());
        if (subflows == 2)
        {
            pair.Join();
        }

        _seen.Clear();
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Single(_seen, one => one is { FromClient: true, IsReset: false, HasOption: true });
        Assert.Equal(subflows - 1, _seen.Count(one => one is { FromClient: true, IsReset: true, HasOption: false }));
        Assert.Contains(_seen, one => one is { FromClient: false, IsReset: true });
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Aborted });
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Reset });
        Assert.Equal(0, pair.Client.ConnectionCount + pair.Server.ConnectionCount);
    }

    [Fact]
    public void Line_27_it_is_sent_again_three_times_and_then_by_a_reset()
    {
        var pair = Watched(new StackPair().Connect(), passes: false);
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(60));
        var told = _seen.Where(one => one is { FromClient: true, HasOption: true }).ToArray();
        Assert.Equal([false, false, false, false, true], told.Select(one => one.IsReset));
        var timeout = told[1].At - told[0].At;
        Assert.InRange(timeout.TotalMilliseconds, 200, 1_000);
        Assert.All(told.Zip(told.Skip(1), (a, b) => b.At - a.At), span => Assert.Equal(timeout, span));
        Assert.Equal(0, pair.Client.ConnectionCount);
        Assert.Equal(0, pair.Client.BufferBytes);
    }

    [Fact]
    public void Line_27_one_loss_does_not_keep_the_peer_from_learning_of_it()
    {
        var pair = new StackPair().Connect();
        var lost = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            !(fromClient && packet.Options.Mptcp.Has(MptcpKinds.FastClose)) || lost++ > 0;
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Reset });
        Assert.Equal(0, pair.Client.ConnectionCount);
    }

    [Fact]
    public void Line_27_both_ends_may_have_the_same_idea()
    {
        var pair = new StackPair().Connect();
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.Server.Abort(pair.ServerSide, pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal(0, pair.Client.ConnectionCount + pair.Server.ConnectionCount);
    }

    [Fact]
    public void Line_27_with_data_in_flight_none_of_it_is_sent_again()
    {
        var pair = Watched(new StackPair().Connect(), passes: false);
        pair.Client.Write(pair.ClientSide, TransferTests.Data(300_000), pair.Now);
        pair.RunFor(Duration.FromMillis(1));
        pair.Client.Abort(pair.ClientSide, pair.Now);
        var payload = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            payload += packet.Payload.Length;
            return false;
        };
        pair.RunFor(Duration.FromSeconds(60));
        Assert.Equal(0, payload);
        Assert.Equal(0, pair.Client.ConnectionCount);
    }

    [Fact]
    public void Nothing_is_heard_of_a_connection_after_its_end()
    {
        var pair = new StackPair().Connect();
        pair.Client.Write(pair.ClientSide, TransferTests.Data(8_000_000), pair.Now);
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(5));
        var ended = pair.ClientEvents.FindIndex(one => one.Kind == StackEventKind.Ended);
        Assert.All(pair.ClientEvents.Skip(ended + 1), one => Assert.Equal(StackEventKind.SubflowClosed, one.Kind));
    }

    private StackPair Watched(StackPair pair, bool passes = true)
    {
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            _seen.Add((pair.Now, fromClient, packet.Has(TcpFlags.Rst), packet.Options.Mptcp.Has(MptcpKinds.FastClose)));
            return passes;
        };
        return pair;
    }
}
