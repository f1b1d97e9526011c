using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Connection;

public sealed class FallbackTests
{
    private static readonly byte[] _data = TransferTests.Data(300_000);
    private static readonly ConnectionOptions _withChecksum = new() { Checksum = true };

    [Fact]
    public void Line_31_every_segment_carries_a_map_until_one_was_acknowledged()
    {
        var pair = new StackPair().Connect();
        var bare = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            var mapped = packet.Options.Mptcp.Has(MptcpKinds.Dss | MptcpKinds.Capable);
            bare += packet.Payload.Length > 0 && !mapped ? 1 : 0;
            return true;
        };
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        Assert.Equal(0, bare);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Line_31_options_lost_after_the_handshake_in_either_direction_mean_plain_tcp_at_both_ends(bool isClient)
    {
        var pair = new StackPair();
        pair.Rewrite =
            (fromClient, packet) => fromClient != isClient ? packet : PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] _) =>
        {
            if ((header.Flags & TcpFlags.Syn) == 0 && !header.Options.Mptcp.Has(MptcpKinds.Capable))
            {
                header.Options.Mptcp = default;
            }
        });
        pair.Connect();
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data, Duration.FromSeconds(20)));
        Assert.Equal(_data, pair.Transfer(fromClient: false, _data, Duration.FromSeconds(20)));
        Assert.False(StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);
        Assert.False(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
    }

    [Fact]
    public void Line_31_options_stripped_on_a_joined_subflow_end_it_with_reason_6()
    {
        var pair = new StackPair().Connect().Join();
        var reasons = new List<ResetReason>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (packet.Options.Mptcp.Has(MptcpKinds.Reset))
            {
                reasons.Add(packet.Options.Mptcp.Reset.Reason);
            }

            return true;
        };
        pair.Rewrite = (fromClient, packet) => PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            Assert.True(PacketParser.TryParse(packet, out var parsed));
            if (parsed.Tuple.Local.Address == StackPair.ServerB || parsed.Tuple.Remote.Address == StackPair.ServerB)
            {
                header.Options.Mptcp.Remove(MptcpKinds.Dss);
            }
        });
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data, Duration.FromSeconds(20)));
        Assert.Contains(ResetReason.MiddleboxInterference, reasons);
        Assert.Equal(1, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
        Assert.True(StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);
    }

    [Fact]
    public void Line_32_a_wrong_checksum_among_several_subflows_ends_its_subflow_with_mp_fail_and_the_data_goes_elsewhere()
    {
        var pair = new StackPair().Connect(_withChecksum).Join();
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        var fails = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            fails += packet.Has(TcpFlags.Rst) && packet.Options.Mptcp.Has(MptcpKinds.Fail) ? 1 : 0;
            return true;
        };
        pair.Rewrite = Corrupt(StackPair.ServerB, times: 1);
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        Assert.Equal(1, fails);
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).ChecksumFailures);
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        Assert.True(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
    }

    [Fact]
    public void Line_32_a_wrong_checksum_on_the_only_subflow_makes_both_ends_fall_back()
    {
        var pair = new StackPair().Connect(_withChecksum);
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        var fails = new List<bool>();
        var infinite = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            ref readonly var options = ref packet.Options.Mptcp;
            if (options.Has(MptcpKinds.Fail))
            {
                fails.Add(fromClient);
            }

            infinite += fromClient && options.Has(MptcpKinds.Dss) && options.Dss.HasMap && options.Dss.DataLength == 0 ? 1 : 0;
            return true;
        };
        pair.Rewrite = Corrupt(StackPair.ServerA, times: 1);
        var received = pair.Transfer(fromClient: true, _data);
        Assert.Equal(_data.Length, received.Length);
        Assert.Equal(1, received.Zip(_data).Count(two => two.First != two.Second));
        Assert.Contains(false, fails);
        Assert.Contains(true, fails);
        Assert.True(infinite > 0);
        Assert.False(StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);
        Assert.False(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
    }

    [Fact]
    public void Line_33_after_falling_back_there_are_no_data_acks_and_no_subflows_ever_again()
    {
        var pair = new StackPair().Connect(_withChecksum);
        pair.Rewrite = Corrupt(StackPair.ServerA, times: 1);
        pair.Transfer(fromClient: true, _data);
        pair.Rewrite = (fromClient, packet) => packet;
        var options = 0;
        pair.Transfer(fromClient: true, _data);
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            options += packet.Options.Mptcp.Kinds != MptcpKinds.None ? 1 : 0;
            return true;
        };
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data));
        Assert.Equal(_data, pair.Transfer(fromClient: false, _data));
        Assert.Equal(0, options);
        var token = StackPair.Info(pair.Client, pair.ClientSide).Token;
        Assert.Equal(
            PmResult.NotMultipath,
            pair.Client.Paths.CreateSubflow(token, new Endpoint(StackPair.ClientB, 0), 1, new Endpoint(StackPair.ServerB, 80), false));

        pair.Client.Close(pair.ClientSide, pair.Now);
        pair.Server.Close(pair.ServerSide, pair.Now);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.Ended, Reason: EndReason.Finished });
    }

    // Changes a byte of the payload as a middlebox does that mends TCP's checksum after itself.
    private static Func<bool, byte[], byte[]> Corrupt(IpAddr destination, int times)
    {
        var left = times;
        return (fromClient, packet) => PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            Assert.True(PacketParser.TryParse(packet, out var parsed));
            if (payload.Length > 100 && parsed.Tuple.Local.Address == destination && left > 0)
            {
                left--;
                payload[50] ^= 0x55;
            }
        });
    }
}
