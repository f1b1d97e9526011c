using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>A path that swallows all without a word (RFC 8684 section 3.3.6).</summary>
public sealed class BlackHoleTests
{
    private static readonly byte[] _data = TransferTests.Data(400_000);

    [Theory]
    [InlineData("linuxDefault")]
    [InlineData("minRtt")]
    [InlineData("ecf")]
    public void What_a_path_swallowed_arrives_over_another_within_some_timeouts(string scheduler)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Scheduler = scheduler }).Join();
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        pair.Passes = (bool fromClient, in ParsedPacket packet) => packet.Tuple.Local.Address != StackPair.ServerB
            && packet.Tuple.Remote.Address != StackPair.ServerB;
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data, Duration.FromSeconds(3)));
        Assert.True(StackPair.Info(pair.Client, pair.ClientSide).BytesReinjected > 0);
        var lost = StackPair.Subflows(pair.Client, pair.ClientSide).Single(one => one.LocalId == 1);
        Assert.True(lost.Stale);
    }
}
