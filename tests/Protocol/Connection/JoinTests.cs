using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Connection;

public sealed class JoinTests
{
    private static readonly Endpoint _second = new(StackPair.ServerB, 80);

    [Fact]
    public void A_second_subflow_is_established_at_both_ends_and_carries_data()
    {
        var pair = new StackPair().Connect().Join();
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.SubflowEstablished, LocalId: 1 });
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.SubflowEstablished, RemoteId: 1, ServerSide: true });
        var data = TransferTests.Data(4_000_000);
        Assert.True(data.AsSpan().SequenceEqual(pair.Transfer(fromClient: true, data)));
        Assert.True(data.AsSpan().SequenceEqual(pair.Transfer(fromClient: false, data)));
        Assert.Equal(2, StackPair.Subflows(pair.Client, pair.ClientSide).Length);
        Assert.All(StackPair.Subflows(pair.Client, pair.ClientSide), one => Assert.True(one.BytesSent > 0));
    }

    [Fact]
    public void Line_15_no_subflow_is_added_before_a_dss_has_come()
    {
        var pair = new StackPair();
        pair.Passes = (bool fromClient, in ParsedPacket packet) => fromClient || packet.Has(TcpFlags.Syn);
        pair.Server.Listen(StackPair.Service, new ConnectionOptions());
        var id = pair.Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, new ConnectionOptions(), pair.Now);
        pair.RunFor(Duration.FromMillis(50));
        var token = StackPair.Info(pair.Client, id).Token;
        Assert.NotEqual(0u, token);
        Assert.Equal(PmResult.NotReady, pair.Client.Paths.CreateSubflow(token, new Endpoint(StackPair.ClientB, 0), 1, _second, false));
    }

    [Fact]
    public void Line_15_a_server_adds_no_subflow_before_a_dss_has_come()
    {
        var pair = new StackPair();
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !(fromClient && packet.Options.Mptcp.Has(MptcpKinds.Dss));
        pair.Connect();
        Assert.True(StackPair.Info(pair.Server, pair.ServerSide).IsMultipath);
        Assert.DoesNotContain(pair.ServerEvents, one => one.Kind == StackEventKind.Established);
        Assert.Equal(PmResult.NotReady, AskForSubflow());

        pair.Passes = (bool fromClient, in ParsedPacket packet) => true;
        pair.Transfer(fromClient: false, TransferTests.Data(1000));
        pair.RunFor(Duration.FromMillis(50));
        Assert.Single(pair.ServerEvents, one => one.Kind == StackEventKind.Established);
        Assert.Equal(PmResult.Ok, AskForSubflow());

        PmResult AskForSubflow() => pair.Server.Paths.CreateSubflow(
            pair.ServerToken, new Endpoint(StackPair.ServerB, 0), 1, new Endpoint(StackPair.ClientB, 80), false);
    }

    [Fact]
    public void Line_15_both_ends_may_add_subflows_before_there_is_data()
    {
        var pair = new StackPair().Connect();
        Assert.Single(pair.ClientEvents, one => one.Kind == StackEventKind.Established);
        Assert.Single(pair.ServerEvents, one => one.Kind == StackEventKind.Established);
        Assert.Equal(0, StackPair.Info(pair.Server, pair.ServerSide).BytesReceived);
    }

    [Fact]
    public void Line_15_the_first_subflow_has_address_id_0_at_both_ends()
    {
        var pair = new StackPair().Connect();
        Assert.Equal(0, Assert.Single(StackPair.Subflows(pair.Client, pair.ClientSide)).LocalId);
        Assert.Equal(0, Assert.Single(StackPair.Subflows(pair.Server, pair.ServerSide)).RemoteId);
    }

    [Fact]
    public void Line_15_a_join_is_found_by_its_token_and_not_by_its_port()
    {
        var pair = new StackPair().Connect();
        var elsewhere = new Endpoint(StackPair.ServerB, 4321);
        var local = new Endpoint(StackPair.ClientB, 0);
        Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, local, 1, elsewhere, false));
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal(2, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    [Fact]
    public void Line_16_an_unknown_token_is_refused_with_a_reset_that_says_why()
    {
        var pair = new StackPair().Connect();
        var resets = Resets(pair);
        var tuple = new FourTuple(new Endpoint(StackPair.ClientB, 999), _second);
        pair.Inject(toServer: true, PacketEdit.Syn(tuple, 5, MpJoin.Syn(false, 1, pair.ServerToken + 1, 77)));
        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal([ResetReason.MptcpError], resets);
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    [Fact]
    public void Line_16_a_wrong_hmac_in_the_syn_ack_is_answered_with_a_reset()
    {
        var pair = new StackPair().Connect();
        var resets = Resets(pair);
        pair.Rewrite =
            (fromClient, packet) => fromClient ? packet : PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            if (header.Options.Mptcp.Has(MptcpKinds.Join))
            {
                header.Options.Mptcp.Set(MpJoin.SynAck(false, 0, 0x1234, 1));
            }
        });
        pair.Join();
        Assert.Contains(ResetReason.MptcpError, resets);
        Assert.Equal(1, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.SubflowClosed, LocalId: 1 });
    }

    [Theory]
    [InlineData(JoinForm.Syn, true)]
    [InlineData(JoinForm.SynAck, true)]
    [InlineData(JoinForm.Ack, false)]
    public void Line_16_a_join_without_its_option_ends_with_a_reset_and_nothing_else_does(JoinForm stripped, bool resetByClient)
    {
        var pair = new StackPair().Connect();
        var resets = new List<(bool, ResetReason)>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (packet.Has(TcpFlags.Rst))
            {
                resets.Add((fromClient, packet.Options.Mptcp.Reset.Reason));
            }

            return true;
        };
        pair.Rewrite = (_, packet) => PacketParser.TryParse(packet, out var parsed) && IsOf(parsed, stripped)
            ? PacketEdit.Strip(packet, MptcpKinds.Join)
            : packet;
        Assert.Equal(
            PmResult.Ok,
            pair.Client.Paths.CreateSubflow(pair.ClientToken, new Endpoint(StackPair.ClientB, 0), 1, StackPair.Service, false));
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal([(resetByClient, ResetReason.MptcpError)], resets.Distinct());
        Assert.Equal(1, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void Line_16_a_third_ack_with_a_wrong_hmac_is_answered_with_a_reset()
    {
        var pair = new StackPair().Connect();
        var resets = Resets(pair);
        pair.Rewrite =
            (fromClient, packet) => !fromClient ? packet : PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            if (header.Options.Mptcp.Has(MptcpKinds.Join) && header.Options.Mptcp.Join.Form == JoinForm.Ack)
            {
                header.Options.Mptcp.Set(MpJoin.Ack(new Hmac160(1, 2, 3)));
            }
        });
        pair.Join();
        Assert.Contains(ResetReason.MptcpError, resets);
        Assert.Equal(1, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
    }

    [Fact]
    public void Line_17_the_third_ack_is_repeated_until_the_fourth_comes_and_no_data_goes_before()
    {
        var pair = new StackPair().Connect();
        var proofs = 0;
        var early = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            var second = packet.Tuple.Local.Address == StackPair.ServerB || packet.Tuple.Remote.Address == StackPair.ServerB;
            if (!second || packet.Has(TcpFlags.Syn))
            {
                return true;
            }

            early += fromClient && packet.Payload.Length > 0 && proofs < 3 ? 1 : 0;
            proofs += fromClient && packet.Options.Mptcp.Has(MptcpKinds.Join) ? 1 : 0;
            return proofs >= 3;
        };
        pair.Join();
        pair.Client.Write(pair.ClientSide, TransferTests.Data(100_000), pair.Now);
        pair.RunFor(Duration.FromSeconds(5));
        Assert.True(proofs >= 3, $"{proofs} proofs");
        Assert.Equal(0, early);
        Assert.Contains(pair.ClientEvents, one => one.Kind == StackEventKind.SubflowEstablished);
    }

    [Fact]
    public void Line_17_flag_c_forbids_joins_to_the_first_address_and_port()
    {
        var pair = new StackPair().Connect(server: new ConnectionOptions { RefuseJoinsToInitialAddress = true });
        var local = new Endpoint(StackPair.ClientB, 0);
        Assert.Equal(PmResult.Prohibited, pair.Client.Paths.CreateSubflow(pair.ClientToken, local, 1, StackPair.Service, false));
        Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, local, 1, _second, false));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Flag_c_of_the_peer_is_told_with_the_connection(bool refuses)
    {
        var pair = new StackPair().Connect(new ConnectionOptions(), new ConnectionOptions { RefuseJoinsToInitialAddress = refuses });
        Assert.All(
            pair.ClientEvents.Where(one => one.Kind is StackEventKind.Created or StackEventKind.Established),
            one => Assert.Equal(refuses, one.DenyJoinInitial));
        Assert.All(pair.ServerEvents, one => Assert.False(one.DenyJoinInitial));
    }

    [Fact]
    public void Line_17_a_join_to_a_forbidden_address_is_refused()
    {
        var pair = new StackPair().Connect(server: new ConnectionOptions { RefuseJoinsToInitialAddress = true });
        var resets = Resets(pair);
        var tuple = new FourTuple(new Endpoint(StackPair.ClientB, 999), StackPair.Service);
        pair.Inject(toServer: true, PacketEdit.Syn(tuple, 5, MpJoin.Syn(false, 1, pair.ServerToken, 77)));
        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal([ResetReason.Prohibited], resets);
    }

    [Fact]
    public void The_server_can_open_a_subflow_too()
    {
        var pair = new StackPair().Connect();
        var local = new Endpoint(StackPair.ServerB, 0);
        var remote = new Endpoint(StackPair.ClientB, 5000);
        Assert.Equal(PmResult.Ok, pair.Server.Paths.CreateSubflow(pair.ServerToken, local, 3, remote, false));
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal(2, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.SubflowEstablished, RemoteId: 3 });
    }

    [Fact]
    public void A_new_local_address_needs_an_id_of_its_own()
    {
        var pair = new StackPair().Connect().Join();
        var third = new Endpoint(IpAddr.Parse("10.0.2.1"), 0);
        Assert.Equal(PmResult.Invalid, pair.Client.Paths.CreateSubflow(pair.ClientToken, third, 0, _second, false));
        Assert.Equal(PmResult.Invalid, pair.Client.Paths.CreateSubflow(pair.ClientToken, third, 1, _second, false));
        Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, third, 2, _second, false));
    }

    [Fact]
    public void The_bound_of_subflows_holds()
    {
        var pair = new StackPair().Connect();
        for (byte id = 1; id < 9; id++)
        {
            var local = new Endpoint(IpAddr.Parse($"10.0.{id}.1"), 0);
            Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, local, id, _second, false));
            pair.RunFor(Duration.FromMillis(50));
        }

        var tenth = new Endpoint(IpAddr.Parse("10.0.99.1"), 0);
        Assert.Equal(PmResult.LimitReached, pair.Client.Paths.CreateSubflow(pair.ClientToken, tenth, 99, _second, false));
        Assert.Equal(9, StackPair.Info(pair.Server, pair.ServerSide).Subflows);
        var data = TransferTests.Data(2_000_000);
        Assert.True(data.AsSpan().SequenceEqual(pair.Transfer(fromClient: true, data)));
    }

    private static bool IsOf(in ParsedPacket packet, JoinForm form) =>
        packet.Options.Mptcp.Has(MptcpKinds.Join) && packet.Options.Mptcp.Join.Form == form;

    private static List<ResetReason> Resets(StackPair pair)
    {
        var reasons = new List<ResetReason>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (packet.Has(TcpFlags.Rst) && packet.Options.Mptcp.Has(MptcpKinds.Reset))
            {
                reasons.Add(packet.Options.Mptcp.Reset.Reason);
            }

            return true;
        };
        return reasons;
    }
}
