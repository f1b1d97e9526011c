using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Connection;

public sealed class ClosingTests
{
    [Fact]
    public void Line_25_a_data_fin_takes_one_number_of_the_stream_and_none_of_the_subflow()
    {
        var map = new DssMap(new Dsn64(80), new Seq32(1), 11, DataFin: true, 0);
        Assert.Equal(10, map.Length);
        var ends = new StreamEnds();
        ends.HandlePeerFin(map.Dsn + map.Length);
        Assert.False(ends.HandleReceived(new Dsn64(85)));
        Assert.True(ends.HandleReceived(new Dsn64(90)));
        Assert.True(ends.IsPeerDone);
    }

    [Fact]
    public void Line_25_a_data_fin_behind_ten_bytes_is_on_the_wire_as_a_length_of_eleven_and_acknowledged_as_such()
    {
        var pair = new StackPair().Connect();
        pair.Transfer(fromClient: true, TransferTests.Data(5000));
        var (dsn, fin) = (0UL, default(Dss));
        var (behind, ack, dataAck) = (default(Seq32), default(Seq32), 0UL);
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            ref readonly var dss = ref packet.Options.Mptcp.Dss;
            if (fromClient && dss.IsDataFin && packet.Payload.Length > 0)
            {
                (dsn, fin, behind) = (dss.RawDsn, dss, packet.Seq + packet.Payload.Length);
                Assert.Equal(10, packet.Payload.Length);
            }
            else if (!fromClient && packet.Options.Mptcp.Has(MptcpKinds.Dss) && dsn != 0 && dataAck == 0)
            {
                (ack, dataAck) = (packet.Ack, dss.RawAck);
            }

            return true;
        };
        pair.Client.Write(pair.ClientSide, new byte[10], pair.Now);
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal((true, (ushort)11), (fin.IsDataFin, fin.DataLength));
        Assert.Equal((behind, dsn + 11), (ack, dataAck));
    }

    [Fact]
    public void Line_25_a_data_fin_is_acknowledged_only_when_all_data_is_in_and_sent_again_until_then()
    {
        var pair = new StackPair().Connect();
        var fins = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            fins += fromClient && packet.Options.Mptcp.Has(MptcpKinds.Dss) && packet.Options.Mptcp.Dss.IsDataFin ? 1 : 0;
            return !fromClient || fins is 0 or > 3;
        };
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(20));
        Assert.True(fins > 3);
        Assert.Equal(Stack.EndOfStream, pair.Server.Read(pair.ServerSide, new byte[1], pair.Now));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_written_before_the_handshake_is_delivered_although_the_stream_was_closed(bool multipath)
    {
        var pair = new StackPair().Listen(new ConnectionOptions());
        var options = new ConnectionOptions { Multipath = multipath };
        var id = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, options, pair.Now);
        var data = TransferTests.Data(5000);
        Assert.Equal(data.Length, pair.Client.Write(id, data, pair.Now));
        pair.Client.Close(id, pair.Now);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.True(pair.Server.TryAccept(pair.Listener, out var accepted));
        var read = new byte[10_000];
        Assert.Equal(data.Length, pair.Server.Read(accepted, read, pair.Now));
        Assert.Equal(data, read[..data.Length]);
        Assert.Equal(Stack.EndOfStream, pair.Server.Read(accepted, read, pair.Now));
        pair.Server.Close(accepted, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_is_given_up_that_is_closed_with_nothing_written(bool multipath)
    {
        var pair = new StackPair().Listen(new ConnectionOptions());
        var options = new ConnectionOptions { Multipath = multipath };
        var id = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, options, pair.Now);
        pair.Client.Close(id, pair.Now);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Aborted });
        Assert.False(pair.Server.TryAccept(pair.Listener, out _));
        Assert.Equal(0, pair.Client.ConnectionCount);
    }

    [Fact]
    public void Line_25_a_fin_closes_its_subflow_only()
    {
        var pair = new StackPair().Connect().Join();
        var tuple = StackPair.Subflows(pair.Client, pair.ClientSide).Single(one => one.LocalId == 1).Tuple;
        var (next, ack, stamps) = (default(Seq32), default(Seq32), default(TcpTimestamps?));
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (fromClient && packet.Tuple.Remote == tuple.Local)
            {
                (next, ack, stamps) = (packet.Seq + packet.Payload.Length, packet.Ack, packet.Options.Timestamps);
            }

            return true;
        };
        pair.Transfer(fromClient: true, TransferTests.Data(2_000_000));
        pair.RunFor(Duration.FromMillis(100));
        var header = new SegmentHeader { Seq = next, Ack = ack, Flags = TcpFlags.Fin | TcpFlags.Ack, Window = 1000 };
        header.Options.Timestamps = stamps;
        header.Options.Mptcp.Set(Dss.Ack(new Dsn64(0)));
        pair.Inject(toServer: true, PacketEdit.Create(tuple, header));
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal([0], StackPair.Subflows(pair.Server, pair.ServerSide).Where(one => one.Established).Select(one => (int)one.RemoteId));
        Assert.Equal(ConnectionState.Established, StackPair.Info(pair.Server, pair.ServerSide).State);
        Assert.Equal(0, pair.Server.Read(pair.ServerSide, new byte[1], pair.Now));
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Line_25_after_both_data_fins_every_subflow_is_closed(int subflows)
    {
        var pair = new StackPair().Connect();
        if (subflows == 2)
        {
            pair.Join();
        }

        var finned = new HashSet<FourTuple>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (packet.Has(TcpFlags.Fin) && fromClient)
            {
                finned.Add(packet.Tuple);
            }

            return true;
        };
        var data = TransferTests.Data(300_000);
        Assert.Equal(data.Length, pair.Client.Write(pair.ClientSide, data, pair.Now));
        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.Server.Close(pair.ServerSide, pair.Now);
        Assert.Equal(data, pair.Transfer(fromClient: true, []).Concat(ReadAll(pair)).ToArray());
        Assert.Equal(subflows, finned.Count);
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
        pair.RunFor(Duration.FromSeconds(200));
        Assert.Equal(0, pair.Client.ConnectionCount + pair.Server.ConnectionCount);
    }

    [Fact]
    public void Line_26_without_subflows_the_connection_stays_open_until_a_timeout()
    {
        var pair = new StackPair().Connect();
        var tuple = StackPair.Subflows(pair.Client, pair.ClientSide).Single().Tuple;
        pair.Passes = (bool fromClient, in ParsedPacket packet) => false;
        pair.Client.Paths.DestroySubflow(pair.ClientToken, tuple, pair.Now);
        pair.RunFor(Duration.FromSeconds(59));
        Assert.Equal(ConnectionState.Established, StackPair.Info(pair.Client, pair.ClientSide).State);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.TimedOut });
    }

    [Fact]
    public void Line_26_a_join_that_is_answered_when_the_connection_was_given_up_is_reset()
    {
        var pair = new StackPair().Connect();
        var (first, answers) = (StackPair.Subflows(pair.Client, pair.ClientSide).Single(), false);
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            packet.Tuple != first.Tuple && packet.Tuple != first.Tuple.Reversed && (fromClient || answers);
        Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(
            pair.ClientToken, new Endpoint(StackPair.ClientB, 0), 1, new Endpoint(StackPair.ServerB, 80), backup: false));
        Assert.Equal(PmResult.Ok, pair.Client.Paths.DestroySubflow(pair.ClientToken, first.Tuple, pair.Now));
        pair.RunFor(Duration.FromSeconds(61));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.TimedOut });

        // The peer, whose subflow has not ended, has answered each of the SYNs and does so again.
        Assert.Equal(2, StackPair.Subflows(pair.Server, pair.ServerSide).Length);
        answers = true;
        pair.RunFor(Duration.FromSeconds(10));
        Assert.Equal(0, pair.Client.ConnectionCount);
        Assert.Equal(first.Tuple.Reversed, StackPair.Subflows(pair.Server, pair.ServerSide).Single().Tuple);
    }

    [Fact]
    public void Line_26_a_path_that_comes_back_carries_on_where_the_last_one_ended()
    {
        var pair = new StackPair().Connect();
        pair.Client.Write(pair.ClientSide, TransferTests.Data(300_000), pair.Now);
        pair.RunFor(Duration.FromMillis(12));
        var tuple = StackPair.Subflows(pair.Client, pair.ClientSide).Single().Tuple;
        pair.Client.Paths.DestroySubflow(pair.ClientToken, tuple, pair.Now);
        pair.RunFor(Duration.FromSeconds(5));
        Assert.Empty(StackPair.Subflows(pair.Client, pair.ClientSide));
        pair.Join();
        Assert.Equal(TransferTests.Data(300_000), ReadAll(pair));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Line_27_an_abort_by_reset_ends_both_ends_on_all_subflows(int subflows)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { FastCloseByReset = true });
        if (subflows == 2)
        {
            pair.Join();
        }

        var fastCloses = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            fastCloses += packet.Has(TcpFlags.Rst) && packet.Options.Mptcp.Has(MptcpKinds.FastClose) ? 1 : 0;
            return true;
        };
        pair.Client.Abort(pair.ClientSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(subflows, fastCloses);
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Reset });
        Assert.Equal(Stack.Gone, pair.Server.Read(pair.ServerSide, new byte[1], pair.Now));
        Assert.Equal(0, pair.Client.ConnectionCount + pair.Server.ConnectionCount);
    }

    [Fact]
    public void Line_27_a_fast_close_on_an_ack_is_answered_with_resets()
    {
        var pair = new StackPair().Connect();
        var resets = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            resets += !fromClient && packet.Has(TcpFlags.Rst) ? 1 : 0;
            return true;
        };
        FastClose(pair, forged: null);
        Assert.Equal(1, resets);
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Reset });
    }

    [Fact]
    public void Line_27_a_wrong_key_has_no_effect()
    {
        var pair = new StackPair().Connect();
        FastClose(pair, forged: 0x1234);
        Assert.DoesNotContain(pair.ServerEvents, one => one.Kind == StackEventKind.Ended);
    }

    private static void FastClose(StackPair pair, ulong? forged)
    {
        pair.Rewrite = (fromClient, bytes) => !fromClient ? bytes : PacketEdit.Edit(bytes, (ref SegmentHeader header, ref byte[] payload) =>
        {
            header.Options.Mptcp = default;
            header.Options.Mptcp.Set(new MpFastClose(forged ?? pair.ServerKey));
        });
        pair.Client.Write(pair.ClientSide, new byte[10], pair.Now);
        pair.RunFor(Duration.FromMillis(20));
    }

    private static byte[] ReadAll(StackPair pair)
    {
        var all = new List<byte>();
        var chunk = new byte[50_000];
        pair.RunUntil(
            () =>
            {
                for (int read; (read = pair.Server.Read(pair.ServerSide, chunk, pair.Now)) > 0;)
                {
                    all.AddRange(chunk[..read]);
                }

                return false;
            },
            Duration.FromSeconds(5));
        return [.. all];
    }
}
