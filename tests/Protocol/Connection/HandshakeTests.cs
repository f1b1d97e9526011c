using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Connection;

public sealed class HandshakeTests
{
    private static readonly StackShare _whole = new(0, 1);

    [Fact]
    public void Line_12_a_token_is_unique_before_its_key_is_sent()
    {
        var taken = new HashSet<uint> { new SessionKeys(First(1)).LocalToken };
        var keys = SessionKeys.TryCreate(new SeededEntropy(1), _whole, taken.Contains);
        Assert.NotNull(keys);
        Assert.DoesNotContain(keys.LocalToken, taken);
        Assert.Null(SessionKeys.TryCreate(new SeededEntropy(1), _whole, token => true));
    }

    [Fact]
    public void Line_12_both_proofs_of_a_join_are_signed_with_the_signers_key_and_nonce_first()
    {
        var a = new SessionKeys(0xff2ec3a2f6151881);
        var b = new SessionKeys(0x54f04ad5bd2d9f42);
        a.Complete(b.Local);
        b.Complete(a.Local);
        Assert.Equal(0xc7489cf7056428b4ul, b.JoinSynAck(byPeer: false, 0x0a54f9af, 0xc0d346f6));
        Assert.Equal(0xc7489cf7056428b4ul, a.JoinSynAck(byPeer: true, 0xc0d346f6, 0x0a54f9af));
        Assert.Equal(a.JoinAck(byPeer: false, 0xc0d346f6, 0x0a54f9af), b.JoinAck(byPeer: true, 0x0a54f9af, 0xc0d346f6));
        Assert.Equal(1172603837543216362ul, (a.LocalStart + 17).Value);
    }

    [Fact]
    public void Line_13_the_first_data_repeats_the_keys_until_the_peer_has_answered()
    {
        var pair = new StackPair();
        var forms = Forms(pair);
        pair.Server.Listen(StackPair.Service, new ConnectionOptions());
        var id = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.Client.Write(id, new byte[10], pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal([CapableForm.Syn, CapableForm.SynAck, CapableForm.Ack, CapableForm.Data], forms);
    }

    [Fact]
    public void Line_13_a_lost_third_ack_is_made_good_by_the_first_data()
    {
        var pair = new StackPair();
        var acks = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            !(fromClient && packet.Payload.IsEmpty && packet.Options.Mptcp.Has(MptcpKinds.Capable)
                && packet.Options.Mptcp.Capable.Form == CapableForm.Ack && acks++ == 0);
        pair.Connect();
        Assert.True(acks > 0);
        var data = TransferTests.Data(200_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.True(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Line_13_a_map_in_mp_capable_that_comes_again_is_taken_as_a_dss(bool checksum)
    {
        var pair = new StackPair();
        var maps = 0;
        var isSilent = true;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            maps += fromClient && packet.Options.Mptcp.Has(MptcpKinds.Capable) && packet.Payload.Length > 0 ? 1 : 0;
            return fromClient || packet.Has(TcpFlags.Syn) || !isSilent;
        };
        pair.Listen(new ConnectionOptions());
        var id = pair.Client.Connect(
            new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions { Checksum = checksum }, pair.Now);
        var data = TransferTests.Data(5000);
        pair.Client.Write(id, data, pair.Now);

        // Nothing of the server is heard: the first data goes again and again, each time in MP_CAPABLE.
        pair.RunFor(Duration.FromSeconds(8));
        Assert.InRange(maps, 3, 10);
        isSilent = false;
        pair.RunFor(Duration.FromSeconds(20));
        Assert.True(pair.Server.TryAccept(pair.Listener, out var accepted));
        var read = new byte[10_000];
        Assert.Equal(data.Length, pair.Server.Read(accepted, read, pair.Now));
        Assert.Equal(data, read[..data.Length]);
        Assert.True(StackPair.Info(pair.Server, accepted).IsMultipath);
        Assert.True(StackPair.Info(pair.Client, id).IsMultipath);
        Assert.Equal(data.Length, StackPair.Info(pair.Client, id).BytesAcknowledged);
        Assert.DoesNotContain(pair.ServerEvents, one => one.Kind is StackEventKind.FellBack or StackEventKind.SubflowClosed);
    }

    [Fact]
    public void Line_13_data_that_overtook_the_keys_is_no_reason_to_fall_back()
    {
        var pair = new StackPair();
        var dropped = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            !(fromClient && packet.Options.Mptcp.Has(MptcpKinds.Capable) && !packet.Has(TcpFlags.Syn) && dropped++ < 2);
        pair.Server.Listen(StackPair.Service, new ConnectionOptions());
        var id = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.Client.Write(id, new byte[9000], pair.Now);
        pair.RunFor(Duration.FromSeconds(5));
        Assert.Equal(2, dropped > 2 ? 2 : dropped);
        Assert.True(StackPair.Info(pair.Client, id).IsMultipath);
        Assert.Equal(9000, StackPair.Info(pair.Client, id).BytesAcknowledged);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Line_14_checksums_are_used_if_either_end_asks(bool client, bool server)
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Checksum = client }, new ConnectionOptions { Checksum = server });
        Assert.Equal(client || server, StackPair.Info(pair.Client, pair.ClientSide).Checksum);
        Assert.Equal(client || server, StackPair.Info(pair.Server, pair.ServerSide).Checksum);
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
    }

    [Fact]
    public void Line_14_a_responder_sets_exactly_one_crypto_bit()
    {
        var pair = new StackPair();
        var flags = CapableFlags.None;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            flags = !fromClient && packet.Options.Mptcp.Has(MptcpKinds.Capable) ? packet.Options.Mptcp.Capable.Flags : flags;
            return true;
        };
        pair.Connect();
        Assert.Equal(CapableFlags.HmacSha256, flags & CapableFlags.Crypto);
    }

    [Theory]
    [InlineData(MptcpKinds.Capable, true)]
    [InlineData(MptcpKinds.Capable, false)]
    public void Line_14_a_handshake_without_mp_capable_is_plain_tcp(MptcpKinds stripped, bool fromTheClient)
    {
        var pair = new StackPair();
        pair.Rewrite = (fromClient, packet) => fromClient == fromTheClient ? PacketEdit.Strip(packet, stripped) : packet;
        pair.Connect();
        var data = TransferTests.Data(300_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
        Assert.False(StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);
        Assert.False(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
    }

    [Fact]
    public void Line_14_a_third_ack_without_keys_means_plain_tcp_at_both_ends()
    {
        var pair = new StackPair();
        pair.Rewrite = (fromClient, packet) => PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            if ((header.Flags & TcpFlags.Syn) == 0)
            {
                header.Options.Mptcp = default;
            }
        });
        pair.Connect();
        var data = TransferTests.Data(300_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
        Assert.False(StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);
        Assert.False(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
        Assert.Contains(pair.ClientEvents, one => one.Kind == StackEventKind.FellBack);
    }

    [Fact]
    public void Line_34_after_three_syns_with_mp_capable_a_plain_one_is_tried_and_the_destination_remembered()
    {
        var pair = new StackPair();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
            !(packet.Has(TcpFlags.Syn) && packet.Options.Mptcp.Has(MptcpKinds.Capable));
        pair.Connect();
        Assert.False(StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);

        var forms = Forms(pair);
        pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Empty(forms);

        pair.RunFor(BlackholeMemory.FirstPause);
        pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal([CapableForm.Syn, CapableForm.SynAck, CapableForm.Ack], forms);
    }

    [Fact]
    public void Line_34_a_syn_without_mp_capable_gets_none_in_return_also_after_others_with_it()
    {
        var pair = new StackPair();
        var isPlain = false;
        var wrong = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            var isCapable = packet.Options.Mptcp.Has(MptcpKinds.Capable);
            isPlain |= fromClient && packet.Has(TcpFlags.Syn) && !isCapable;
            wrong += !fromClient && isPlain && packet.Has(TcpFlags.Syn) && isCapable ? 1 : 0;
            return fromClient || !packet.Has(TcpFlags.Syn) || !isCapable;
        };
        pair.Listen(new ConnectionOptions());
        var began = pair.Now;
        pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        Assert.True(pair.RunUntil(() => pair.ClientEvents.Any(one => one.Kind == StackEventKind.Connected), Duration.FromSeconds(60)));

        // SYNs go after 0, 1, 3 and 7 seconds; the fourth is plain.
        Assert.Equal(Duration.FromSeconds(7) + (pair.Delay * 2), pair.Now - began);
        Assert.Equal(0, wrong);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.True(pair.Server.TryAccept(pair.Listener, out var accepted));
        Assert.False(StackPair.Info(pair.Server, accepted).IsMultipath);
    }

    [Fact]
    public void Line_34_an_answer_with_mp_capable_that_a_plain_syn_crosses_makes_both_ends_multipath()
    {
        // The plain SYN leaves after 7 seconds and the answer to the first one comes after 8.
        var pair = new StackPair { Delay = Duration.FromSeconds(4) };
        var plain = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            plain += fromClient && packet.Has(TcpFlags.Syn) && !packet.Options.Mptcp.Has(MptcpKinds.Capable) ? 1 : 0;
            return true;
        };
        pair.Connect();
        Assert.Equal(1, plain);
        pair.Delay = Duration.FromMillis(5);
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: false, data));
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
        Assert.True(StackPair.Info(pair.Client, pair.ClientSide).IsMultipath);
        Assert.True(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
    }

    [Fact]
    public void Line_34_the_memory_backs_off_and_is_bounded()
    {
        var memory = new BlackholeMemory(2);
        var first = IpAddr.Parse("192.0.2.1");
        memory.HandleSwallowed(first, new Instant(0));
        Assert.True(memory.IsBlocked(first, new Instant(0) + Duration.FromSeconds(59)));
        Assert.False(memory.IsBlocked(first, new Instant(0) + Duration.FromSeconds(60)));
        memory.HandleSwallowed(first, new Instant(0) + Duration.FromSeconds(60));
        Assert.True(memory.IsBlocked(first, new Instant(0) + Duration.FromSeconds(179)));
        Assert.False(memory.IsBlocked(first, new Instant(0) + Duration.FromSeconds(180)));

        memory.HandleSwallowed(IpAddr.Parse("192.0.2.2"), new Instant(0) + Duration.FromSeconds(200));
        memory.HandleSwallowed(IpAddr.Parse("192.0.2.3"), new Instant(0) + Duration.FromSeconds(200));
        Assert.Equal(2, memory.Count);
        memory.HandleAnswered(IpAddr.Parse("192.0.2.3"));
        Assert.False(memory.IsBlocked(IpAddr.Parse("192.0.2.3"), new Instant(0) + Duration.FromSeconds(200)));
    }

    private static ulong First(ulong seed)
    {
        var bytes = new byte[8];
        new SeededEntropy(seed).Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private static List<CapableForm> Forms(StackPair pair)
    {
        var forms = new List<CapableForm>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (packet.Options.Mptcp.Has(MptcpKinds.Capable))
            {
                forms.Add(packet.Options.Mptcp.Capable.Form);
            }

            return true;
        };
        return forms;
    }
}
