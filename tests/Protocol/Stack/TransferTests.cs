using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Stacks;

public sealed class TransferTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_stream_arrives_both_ways(bool multipath, bool checksum)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath, Checksum = checksum });
        Assert.Equal(multipath, StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);
        Assert.Equal(multipath, StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
        Assert.Equal(checksum, StackPair.Info(pair.Server, pair.ServerSide).Checksum);

        var data = Data(3_000_000);
        Assert.True(data.AsSpan().SequenceEqual(pair.Transfer(fromClient: true, data)));
        Assert.True(data.AsSpan().SequenceEqual(pair.Transfer(fromClient: false, data)));
    }

    [Fact]
    public void A_stream_arrives_with_segmentation_offload()
    {
        var options = new StackOptions { Entropy = new SeededEntropy(7), SegmentationOffload = true };
        var pair = new StackPair(options, options).Connect();
        var data = Data(3_000_000);
        Assert.True(data.AsSpan().SequenceEqual(pair.Transfer(fromClient: true, data)));
        Assert.InRange(pair.Packets, 1, 1000);
    }

    [Theory]
    [InlineData(1ul, false)]
    [InlineData(2ul, true)]
    [InlineData(3ul, true)]
    public void A_stream_arrives_through_loss(ulong seed, bool multipath)
    {
        var random = new SeededEntropy(seed);
        var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath });
        pair.Passes = (bool fromClient, in ParsedPacket packet) => random.Below(100) >= 3;
        var data = Data(2_000_000);
        Assert.True(data.AsSpan().SequenceEqual(pair.Transfer(fromClient: true, data)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_ends_close_and_nothing_remains(bool multipath)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Multipath = multipath });
        pair.Transfer(fromClient: true, Data(10_000));
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(Stack.EndOfStream, pair.Server.Read(pair.ServerSide, new byte[10], pair.Now));

        var data = Data(10_000);
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
        pair.Server.Close(pair.ServerSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(Stack.EndOfStream, pair.Client.Read(pair.ClientSide, new byte[10], pair.Now));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });

        pair.RunFor(Duration.FromSeconds(200));
        Assert.Equal(0, pair.Client.ConnectionCount);
        Assert.Equal(0, pair.Server.ConnectionCount);
        Assert.Equal(0, pair.Client.BufferBytes + pair.Server.BufferBytes);
    }

    internal static byte[] Data(int length)
    {
        var data = new byte[length];
        new SeededEntropy((ulong)length).Fill(data);
        return data;
    }
}
