using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Connection;

public sealed class DataPlaneTests
{
    private static readonly byte[] _data = TransferTests.Data(400_000);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Line_18_numbers_are_sent_with_64_or_32_bits_and_a_wide_one_gets_a_wide_ack(bool isShort, bool hasShortPeer)
    {
        var pair = new StackPair().Connect(
            new ConnectionOptions { ShortSequenceNumbers = isShort }, new ConnectionOptions { ShortSequenceNumbers = hasShortPeer });
        var narrowAck = 0;
        var wideDsn = 0;
        var wideAck = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            ref readonly var dss = ref packet.Options.Mptcp.Dss;
            var counts = packet.Options.Mptcp.Has(MptcpKinds.Dss) && packet.Payload.Length > 0 && fromClient;
            wideDsn += counts && dss.IsWideDsn ? 1 : 0;
            wideAck += !fromClient && packet.Options.Mptcp.Has(MptcpKinds.Dss) && dss.IsWideAck ? 1 : 0;
            narrowAck += !fromClient && packet.Options.Mptcp.Has(MptcpKinds.Dss) && !dss.IsWideAck ? 1 : 0;
            return true;
        };
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        Assert.Equal(!isShort, wideDsn > 0);
        Assert.Equal((!isShort, isShort), (wideAck > 0, narrowAck > 0));
    }

    [Fact]
    public void Line_18_a_narrow_number_is_promoted_across_its_wrap()
    {
        var near = new Dsn64(0x5_0000_0010);
        Assert.Equal(new Dsn64(0x4_ffff_fff0), Dsn64.Promote(0xffff_fff0, near));
        Assert.Equal(new Dsn64(0x5_0000_0020), Dsn64.Promote(0x20, near));
    }

    [Fact]
    public void Line_20_a_checksum_that_was_not_agreed_on_ends_the_subflow()
    {
        var pair = new StackPair().Connect().Join();
        pair.Rewrite =
            (fromClient, packet) => !fromClient ? packet : PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            if (header.Options.Mptcp.Has(MptcpKinds.Dss) && payload.Length > 0 && payload.Length < 1000)
            {
                header.Options.Timestamps = null;
                header.Options.Mptcp.Set(header.Options.Mptcp.Dss.WithChecksum(0x1234));
            }
        });
        pair.Client.Write(pair.ClientSide, new byte[100], pair.Now);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.SubflowClosed, Reason: EndReason.ProtocolError });
    }

    [Fact]
    public void Line_20_a_checksum_that_was_agreed_on_and_is_missing_ends_the_subflow()
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Checksum = true }).Join();
        pair.Rewrite =
            (fromClient, packet) => !fromClient ? packet : PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            if (header.Options.Mptcp.Has(MptcpKinds.Dss) && payload.Length > 0)
            {
                header.Options.Mptcp.Set(WithoutChecksum(header.Options.Mptcp.Dss));
            }
        });
        pair.Client.Write(pair.ClientSide, new byte[100], pair.Now);
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.SubflowClosed, Reason: EndReason.ProtocolError });
    }

    [Fact]
    public void Line_20_data_without_a_mapping_is_acknowledged_by_its_subflow_and_not_by_the_connection()
    {
        var pair = new StackPair().Connect();
        pair.Transfer(fromClient: true, _data);
        var strips = true;
        var (acked, dataAcked) = (default(Seq32), 0ul);
        pair.Rewrite = (fromClient, packet) => fromClient && strips ? PacketEdit.Edit(packet, RemoveMap) : packet;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            (acked, dataAcked) = fromClient ? (acked, dataAcked) : (packet.Ack, packet.Options.Mptcp.Dss.RawAck);
            return true;
        };
        pair.Client.Write(pair.ClientSide, new byte[100], pair.Now);
        pair.RunFor(Duration.FromMillis(60));
        var (ackedBefore, dataAckedBefore) = (acked, dataAcked);
        pair.Client.Write(pair.ClientSide, new byte[500], pair.Now);
        pair.RunFor(Duration.FromMillis(60));
        Assert.Equal(500, acked - ackedBefore);
        Assert.Equal(dataAckedBefore, dataAcked);
        Assert.Equal(0, StackPair.Info(pair.Server, pair.ServerSide).Unread);

        // The sender gives it once more, under a mapping that arrives.
        strips = false;
        pair.RunFor(Duration.FromSeconds(5));
        Assert.Equal(600, StackPair.Info(pair.Server, pair.ServerSide).Unread);
    }

    [Fact]
    public void Line_20_nothing_mapped_within_a_receive_window_ends_the_subflow()
    {
        var pair = new StackPair().Connect(new ConnectionOptions { InitialReceiveWindow = 60_000, ReceiveBufferLimit = 60_000 }).Join();
        pair.Transfer(fromClient: true, TransferTests.Data(50_000));
        pair.Rewrite = (fromClient, packet) => fromClient ? PacketEdit.Edit(packet, RemoveMap) : packet;
        pair.Client.Write(pair.ClientSide, _data, pair.Now);
        pair.RunFor(Duration.FromSeconds(20));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.SubflowClosed, Reason: EndReason.ProtocolError });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Line_21_the_checksum_is_over_the_whole_number_whatever_is_sent_of_it(bool isShort)
    {
        var first = default(Dsn64);
        var summed = 0;
        var pair = new StackPair
        {
            Passes = (bool fromClient, in ParsedPacket packet) =>
            {
                ref readonly var options = ref packet.Options.Mptcp;
                if (fromClient && options.Has(MptcpKinds.Capable) && options.Capable.Form >= CapableForm.Ack)
                {
                    first = Keys.InitialDataSequenceNumber(options.Capable.SenderKey) + 1;
                }
                else if (fromClient && options.Has(MptcpKinds.Dss) && options.Dss.HasMap && options.Dss.DataLength == packet.Payload.Length)
                {
                    Assert.Equal(!isShort, options.Dss.IsWideDsn);
                    Assert.Equal(ushort.MaxValue, SumOf(options.Dss, options.Dss.DsnNear(first), packet.Payload));
                    summed++;
                }

                return true;
            },
        };
        pair.Connect(new ConnectionOptions { Checksum = true, ShortSequenceNumbers = isShort });
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        Assert.True(summed > 100, $"{summed} mappings");
    }

    [Fact]
    public void Line_22_the_window_is_one_for_all_subflows_and_counts_from_the_data_ack()
    {
        var window = new PeerWindow();
        window.Start(new Dsn64(100));
        Assert.False(window.Handle(new Dsn64(100), 1000, new Dsn64(500)));
        Assert.Equal(new Dsn64(1100), window.Edge);
        Assert.True(window.Handle(new Dsn64(300), 500, new Dsn64(500)));
        Assert.Equal(new Dsn64(1100), window.Edge);
        Assert.False(window.Handle(new Dsn64(200), 1000, new Dsn64(500)));
        Assert.Equal(new Dsn64(1200), window.Edge);
        Assert.False(window.Handle(new Dsn64(501), 9000, new Dsn64(500)));
        Assert.Equal(new Dsn64(300), window.Acknowledged);
        Assert.Equal(new Dsn64(1200), window.Edge);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Line_22_a_reader_that_stops_stops_the_writer_and_nothing_is_lost(int subflows)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { InitialReceiveWindow = 50_000, ReceiveBufferLimit = 50_000 });
        if (subflows == 2)
        {
            pair.Join();
        }

        var sent = pair.Client.Write(pair.ClientSide, _data, pair.Now);
        Assert.Equal(_data.Length, sent);
        pair.RunFor(Duration.FromSeconds(20));
        Assert.InRange(StackPair.Info(pair.Server, pair.ServerSide).Unread, 49_744, 50_000);
        var received = new List<byte>();
        var chunk = new byte[20_000];
        pair.RunUntil(
            () =>
            {
                var read = pair.Server.Read(pair.ServerSide, chunk, pair.Now);
                received.AddRange(chunk[..Math.Max(0, read)]);
                return received.Count >= _data.Length;
            },
            Duration.FromSeconds(300));
        Assert.Equal(_data, received);
    }

    [Fact]
    public void Line_23_what_a_dead_subflow_carried_is_reinjected_on_another()
    {
        var pair = new StackPair().Connect().Join();
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        pair.Passes = (bool fromClient, in ParsedPacket packet) => packet.Tuple.Local.Address != StackPair.ServerB
            && packet.Tuple.Remote.Address != StackPair.ServerB;
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data, Duration.FromSeconds(3)));
        Assert.True(StackPair.Info(pair.Client, pair.ClientSide).BytesReinjected > 0);
    }

    [Fact]
    public void Line_23_what_was_reinjected_is_still_retransmitted_on_its_own_subflow()
    {
        var pair = new StackPair().Connect().Join();
        pair.Transfer(fromClient: true, _data);
        var isCut = true;
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !isCut || (packet.Tuple.Local.Address != StackPair.ServerB
            && packet.Tuple.Remote.Address != StackPair.ServerB);
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        isCut = false;
        pair.RunFor(Duration.FromSeconds(5));
        var second = StackPair.Subflows(pair.Client, pair.ClientSide).Single(one => one.LocalId == 1);
        Assert.True(second.Retransmissions > 0);
        Assert.Equal(0, second.InFlight);
        Assert.False(second.Stale);
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
    }

    [Fact]
    public void A_destroyed_subflow_gives_what_it_carried_to_the_others_at_once()
    {
        var pair = new StackPair().Connect().Join();
        pair.Transfer(fromClient: true, _data);
        const int Length = 200_000;
        pair.Client.Write(pair.ClientSide, _data.AsSpan(0, Length), pair.Now);
        pair.RunFor(Duration.FromMillis(2));
        var second = StackPair.Subflows(pair.Client, pair.ClientSide).Single(one => one.LocalId == 1).Tuple;
        Assert.Equal(PmResult.Ok, pair.Client.Paths.DestroySubflow(pair.ClientToken, second, pair.Now));
        var started = pair.Now;
        pair.RunUntil(() => StackPair.Info(pair.Server, pair.ServerSide).Unread >= Length, Duration.FromSeconds(1));
        Assert.InRange((pair.Now - started).TotalMilliseconds, 0, 150);
        Assert.Equal(1, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
        Assert.Equal(PmResult.UnknownSubflow, pair.Client.Paths.DestroySubflow(pair.ClientToken, second, pair.Now));
    }

    [Fact]
    public void Line_24_an_urgent_pointer_is_data_like_any_other()
    {
        var pair = new StackPair().Connect();
        pair.Rewrite = (fromClient, packet) => PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
            header.Flags |= payload.Length > 0 ? TcpFlags.Urg : TcpFlags.None);
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
    }

    [Theory]
    [InlineData("minRtt")]
    [InlineData("linuxDefault")]
    [InlineData("roundRobin")]
    [InlineData("weighted")]
    [InlineData("redundant")]
    [InlineData("blest")]
    [InlineData("ecf")]
    [InlineData("backup")]
    [InlineData("cheapestFirst")]
    [InlineData("lowLatency")]
    public void Every_scheduler_delivers_the_stream_over_unlike_lossy_paths(string scheduler)
    {
        var random = new SeededEntropy(99);
        var pair = new StackPair().Connect(new ConnectionOptions { Scheduler = scheduler }).Join();
        pair.DelayOf = tuple => Duration.FromMillis(tuple.Local.Address == StackPair.ServerB ? 60 : 10);
        pair.Passes = (bool fromClient, in ParsedPacket packet) => random.Below(100) >= 2;
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
    }

    [Fact]
    public void A_scheduler_can_be_exchanged_while_the_connection_runs()
    {
        var pair = new StackPair().Connect().Join();
        foreach (var name in new[] { "redundant", "roundRobin", "redundant", "minRtt" })
        {
            Assert.True(pair.Client.SetScheduler(pair.ClientSide, name));
            Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        }

        Assert.True(StackPair.Info(pair.Client, pair.ClientSide).BytesDuplicated > 100_000);
        Assert.False(pair.Client.SetScheduler(pair.ClientSide, "nonsense"));
    }

    [Theory]
    [InlineData("reno")]
    [InlineData("lia")]
    [InlineData("olia")]
    public void Every_congestion_control_delivers(string congestion)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Congestion = congestion }).Join();
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
    }

    private static void RemoveMap(ref SegmentHeader header, ref byte[] payload)
    {
        var dss = header.Options.Mptcp.Dss;
        if (header.Options.Mptcp.Has(MptcpKinds.Dss) && dss.HasMap && payload.Length > 0)
        {
            header.Options.Mptcp.Set(Dss.Ack(new Dsn64(dss.RawAck), dss.IsWideAck));
        }
    }

    private static Dss WithoutChecksum(in Dss dss) =>
        Dss.Ack(new Dsn64(dss.RawAck), dss.IsWideAck).WithMap(new Dsn64(dss.RawDsn), dss.SubflowSeq, dss.DataLength, dss.IsWideDsn);

    // RFC 8684 section 3.3.1, figure 10, word by word: the number in full, subflow number, length, zeros, checksum, data.
    private static ushort SumOf(in Dss dss, Dsn64 dsn, ReadOnlySpan<byte> data)
    {
        var sum = (ulong)dss.DataLength + dss.Checksum + (dss.SubflowSeq >> 16) + (ushort)dss.SubflowSeq;
        for (var shift = 0; shift < 64; shift += 16)
        {
            sum += (ushort)(dsn.Value >> shift);
        }

        for (var i = 0; i < data.Length; i++)
        {
            sum += (ulong)data[i] << (i % 2 == 0 ? 8 : 0);
        }

        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
