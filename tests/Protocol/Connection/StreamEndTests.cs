using Multipath.Protocol.Buffers;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>Where the peer's stream ends (RFC 8684 section 3.3.3): what a path alters must not move it.</summary>
public sealed class StreamEndTests
{
    [Fact]
    public void With_checksums_an_end_counts_only_when_its_mapping_was_verified()
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Checksum = true }).Join();
        pair.Transfer(fromClient: true, TransferTests.Data(1000));
        pair.RunFor(Duration.FromSeconds(1));
        AlterOnce(pair, static dss => Dss.Ack(new Dsn64(dss.RawAck)).WithMap(new Dsn64(dss.RawDsn), dss.SubflowSeq, 50).WithDataFin()
            .WithChecksum(dss.Checksum));
        var data = TransferTests.Data(400);
        pair.Client.Write(pair.ClientSide, data.AsSpan(0, 100), pair.Now);
        pair.RunFor(Duration.FromSeconds(5));
        pair.Client.Write(pair.ClientSide, data.AsSpan(100), pair.Now);
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(5));
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).ChecksumFailures);
        var read = new byte[1000];
        Assert.Equal(data.Length, pair.Server.Read(pair.ServerSide, read, pair.Now));
        Assert.Equal(data, read.AsSpan(0, data.Length));
        Assert.Equal(Stack.EndOfStream, pair.Server.Read(pair.ServerSide, read, pair.Now));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void With_checksums_an_end_comes_with_its_data(int length)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Checksum = true });
        pair.Transfer(fromClient: true, TransferTests.Data(1000));
        var fins = new List<int>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (fromClient && packet.Options.Mptcp.Has(MptcpKinds.Dss) && packet.Options.Mptcp.Dss.IsDataFin)
            {
                fins.Add(packet.Payload.Length);
            }

            return true;
        };
        pair.Client.Write(pair.ClientSide, TransferTests.Data(length), pair.Now);
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Equal(length, ReadAll(pair));
        Assert.Equal(Stack.EndOfStream, pair.Server.Read(pair.ServerSide, new byte[1], pair.Now));
        Assert.Equal(length > 0, Assert.Single(fins) > 0);
    }

    [Fact]
    public void Nothing_is_delivered_beyond_the_end()
    {
        var pair = new StackPair().Connect();
        pair.Transfer(fromClient: true, TransferTests.Data(1000));
        pair.RunFor(Duration.FromSeconds(1));
        AlterOnce(pair, static dss => Dss.Ack(new Dsn64(dss.RawAck))
            .WithMap(new Dsn64(dss.RawDsn), dss.SubflowSeq, (ushort)(dss.DataLength + 1)).WithDataFin());
        pair.Client.Write(pair.ClientSide, new byte[100], pair.Now);
        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal(100, pair.Server.Read(pair.ServerSide, new byte[1000], pair.Now));
        Assert.Equal(Stack.EndOfStream, pair.Server.Read(pair.ServerSide, new byte[1000], pair.Now));
        pair.Client.Write(pair.ClientSide, new byte[300], pair.Now);
        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal(Stack.EndOfStream, pair.Server.Read(pair.ServerSide, new byte[1000], pair.Now));
    }

    [Fact]
    public void An_end_before_what_has_come_is_an_error_of_its_subflow()
    {
        var pair = new StackPair().Connect().Join();
        pair.Transfer(fromClient: true, TransferTests.Data(1000));
        pair.RunFor(Duration.FromSeconds(1));
        AlterOnce(pair, static dss => Dss.Ack(new Dsn64(dss.RawAck))
            .WithMap(new Dsn64(dss.RawDsn) + -150, dss.SubflowSeq, (ushort)(dss.DataLength + 1)).WithDataFin());
        pair.Client.Write(pair.ClientSide, new byte[100], pair.Now);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.SubflowClosed, Reason: EndReason.ProtocolError });
        Assert.Equal(100, pair.Server.Read(pair.ServerSide, new byte[1000], pair.Now));
        var data = TransferTests.Data(10_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void A_buffer_takes_one_end_and_nothing_from_there_on()
    {
        var buffer = new ReceiveBuffer(new Dsn64(100), 1000, 1000, 8, new MemoryBudget(1 << 20));
        buffer.Insert(new Dsn64(100), new byte[10]);
        buffer.Insert(new Dsn64(120), new byte[10]);
        Assert.False(buffer.TryEnd(new Dsn64(109)));
        Assert.False(buffer.TryEnd(new Dsn64(129)));
        Assert.True(buffer.TryEnd(new Dsn64(135)));
        Assert.True(buffer.TryEnd(new Dsn64(135)));
        Assert.False(buffer.TryEnd(new Dsn64(136)));
        Assert.Equal(0, buffer.Insert(new Dsn64(130), new byte[50]));
        Assert.Equal(25, buffer.Insert(new Dsn64(110), new byte[10]));
        Assert.Equal(new Dsn64(135), buffer.Next);
        Assert.Equal(0, buffer.Insert(new Dsn64(135), new byte[10]));
        Assert.Equal(35, buffer.Available);
    }

    // The mapping of the client's next 100 bytes.
    private static void AlterOnce(StackPair pair, Func<Dss, Dss> alter)
    {
        var isDone = false;
        pair.Rewrite = (fromClient, bytes) => !fromClient || isDone
            ? bytes
            : PacketEdit.Edit(bytes, (ref SegmentHeader header, ref byte[] payload) =>
            {
                if (payload.Length == 100 && header.Options.Mptcp.Has(MptcpKinds.Dss))
                {
                    header.Options.Mptcp.Set(alter(header.Options.Mptcp.Dss));
                    isDone = true;
                }
            });
    }

    private static int ReadAll(StackPair pair)
    {
        var count = 0;
        for (int read; (read = pair.Server.Read(pair.ServerSide, new byte[10_000], pair.Now)) > 0;)
        {
            count += read;
        }

        return count;
    }
}
