using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Tests.Connection;

public sealed class AddressTests
{
    private static readonly Endpoint _announced = new(StackPair.ServerB, 0);

    [Fact]
    public void Line_28_an_announced_address_is_reported_and_echoed_without_hmac()
    {
        var pair = new StackPair().Connect();
        var seen = Options(pair);
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Announce(pair.ServerToken, 1, _announced, pair.Now));
        pair.RunFor(Duration.FromMillis(50));
        var told = Assert.Single(pair.ClientEvents, one => one.Kind == StackEventKind.Announced);
        Assert.Equal(1, told.RemoteId);
        Assert.Equal(2, seen.Count);
        Assert.False(seen[0].Echo);
        Assert.Equal(seen[0].ToEcho(), seen[1]);
    }

    [Fact]
    public void Line_28_without_a_port_it_is_the_port_of_the_subflow_that_carried_it()
    {
        var pair = new StackPair().Connect();
        pair.Server.Paths.Announce(pair.ServerToken, 1, _announced, pair.Now);
        pair.Server.Paths.Announce(pair.ServerToken, 2, new Endpoint(StackPair.ServerB, 8080), pair.Now);
        pair.RunFor(Duration.FromMillis(100));
        var ports = pair.ClientEvents.Where(one => one.Kind == StackEventKind.Announced).Select(one => one.Tuple.Remote.Port);
        Assert.Equal([80, 8080], ports);
    }

    [Fact]
    public void Addresses_that_are_announced_in_a_row_arrive_within_a_round_trip_for_each_two()
    {
        var pair = new StackPair().Connect();
        var seen = new List<(byte Id, Instant At)>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (!fromClient && packet.Options.Mptcp.Has(MptcpKinds.AddAddr))
            {
                seen.Add((packet.Options.Mptcp.AddAddr.AddressId, pair.Now));
            }

            return true;
        };
        var began = pair.Now;
        for (byte id = 1; id <= 5; id++)
        {
            var address = new Endpoint(IpAddr.Parse($"10.0.{id}.2"), 0);
            Assert.Equal(PmResult.Ok, pair.Server.Paths.Announce(pair.ServerToken, id, address, pair.Now));
        }

        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal([1, 2, 3, 4, 5], seen.Select(one => (int)one.Id));
        Assert.Equal([0, 0, 10, 10, 20], seen.Select(one => (int)(one.At - began).TotalMilliseconds));
        Assert.Equal(5, pair.ClientEvents.Count(one => one.Kind == StackEventKind.Announced));
    }

    [Fact]
    public void An_address_that_is_withdrawn_before_it_was_announced_is_not_announced()
    {
        var pair = new StackPair().Connect();
        pair.Server.Paths.Announce(pair.ServerToken, 1, _announced, pair.Now);
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Remove(pair.ServerToken, 1));
        pair.RunFor(Duration.FromSeconds(60));
        Assert.DoesNotContain(pair.ClientEvents, one => one.Kind == StackEventKind.Announced);
    }

    [Fact]
    public void Line_28_a_wrong_hmac_is_ignored()
    {
        var pair = new StackPair().Connect();
        pair.Rewrite =
            (fromClient, packet) => fromClient ? packet : PacketEdit.Edit(packet, (ref SegmentHeader header, ref byte[] payload) =>
        {
            if (header.Options.Mptcp.Has(MptcpKinds.AddAddr))
            {
                header.Options.Mptcp.Set(AddAddr.Announce(1, StackPair.ServerB, 0, 0xdead));
            }
        });
        pair.Server.Paths.Announce(pair.ServerToken, 1, _announced, pair.Now);
        pair.RunFor(Duration.FromMillis(50));
        Assert.DoesNotContain(pair.ClientEvents, one => one.Kind == StackEventKind.Announced);
    }

    [Fact]
    public void Line_28_without_echo_it_is_sent_three_times_more()
    {
        var pair = new StackPair().Connect();
        var sent = new List<Instant>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (!packet.Options.Mptcp.Has(MptcpKinds.AddAddr))
            {
                return true;
            }

            sent.Add(pair.Now);
            return false;
        };
        pair.Server.Paths.Announce(pair.ServerToken, 1, _announced, pair.Now);
        pair.RunFor(Duration.FromSeconds(600));
        Assert.Equal(4, sent.Count);
        Assert.Equal(Duration.FromSeconds(15), sent[1] - sent[0]);
    }

    [Fact]
    public void Line_28_an_id_changes_its_address_only_after_it_was_removed()
    {
        var addresses = new Addresses(8, Duration.FromSeconds(1));
        var other = new Endpoint(StackPair.ClientB, 0);
        Assert.Equal(PmResult.Ok, addresses.HandleAnnounced(1, _announced));
        Assert.Equal(PmResult.Invalid, addresses.HandleAnnounced(1, other));
        Assert.Equal(PmResult.Exists, addresses.HandleAnnounced(1, _announced));
        Assert.Equal(_announced.Address, addresses.HandleRemoved(1));
        Assert.Null(addresses.HandleRemoved(1));
        Assert.Equal(PmResult.Ok, addresses.HandleAnnounced(1, other));
    }

    [Fact]
    public void Addresses_that_were_never_announced_have_ids_of_their_own()
    {
        // Of these 60, ids drawn from 128 by a hash had several pairs in common.
        var addresses = new Addresses(8, Duration.FromSeconds(1));
        var ids = new List<byte?>();
        for (var i = 1; i <= 60; i++)
        {
            ids.Add(addresses.IdOf(IpAddr.Parse($"10.0.{i}.2"), StackPair.ServerA, []));
        }

        Assert.Equal(60, ids.Distinct().Count());
        Assert.Equal(ids[7], addresses.IdOf(IpAddr.Parse("10.0.8.2"), StackPair.ServerA, []));
        Assert.Equal((byte?)0, addresses.IdOf(StackPair.ServerA, StackPair.ServerA, []));
        Assert.Equal(PmResult.Invalid, addresses.Announce(ids[7]!.Value, _announced));
        Assert.Equal(PmResult.Ok, addresses.Announce(5, new Endpoint(IpAddr.Parse("10.0.8.2"), 0)));
        Assert.Equal((byte?)5, addresses.IdOf(IpAddr.Parse("10.0.8.2"), StackPair.ServerA, []));
    }

    [Fact]
    public void When_all_ids_stand_for_addresses_there_is_none_for_another()
    {
        var addresses = new Addresses(8, Duration.FromSeconds(1));
        for (var i = 0; i < 128; i++)
        {
            Assert.NotNull(addresses.IdOf(IpAddr.Parse($"10.0.1.{i}"), StackPair.ServerA, []));
        }

        Assert.Null(addresses.IdOf(IpAddr.Parse("10.0.2.1"), StackPair.ServerA, []));
    }

    [Fact]
    public void An_address_that_goes_takes_only_its_own_subflows_with_it()
    {
        // Two addresses of the server that the peer joins without having been told of them.
        var pair = new StackPair().Connect();
        var (second, third) = (new Endpoint(StackPair.ServerB, 80), new Endpoint(IpAddr.Parse("10.0.2.2"), 80));
        foreach (var remote in (Endpoint[])[second, third])
        {
            Assert.Equal(
                PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, new Endpoint(StackPair.ClientB, 0), 1, remote, false));
            pair.RunFor(Duration.FromMillis(100));
        }

        var ids = StackPair.Subflows(pair.Server, pair.ServerSide).ToDictionary(one => one.Tuple.Local, one => one.LocalId);
        Assert.Equal(3, ids.Values.Distinct().Count());
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Remove(pair.ServerToken, ids[second]));
        pair.RunFor(Duration.FromMillis(100));
        Assert.Equal([StackPair.Service, third], StackPair.Subflows(pair.Client, pair.ClientSide).Select(one => one.Tuple.Remote));
    }

    [Fact]
    public void Addresses_of_a_peer_are_bounded()
    {
        var addresses = new Addresses(2, Duration.FromSeconds(1));
        addresses.HandleAnnounced(1, _announced);
        addresses.HandleAnnounced(2, _announced);
        Assert.Equal(PmResult.LimitReached, addresses.HandleAnnounced(3, _announced));
        Assert.Equal(2, addresses.Remote.Count);
    }

    [Fact]
    public void An_address_of_version_6_with_port_fits_on_a_segment_of_its_own()
    {
        var pair = new StackPair().Connect();
        var six = new Endpoint(IpAddr.Parse("2001:db8::1"), 443);
        pair.Server.Paths.Announce(pair.ServerToken, 4, six, pair.Now);
        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal(six, Assert.Single(pair.ClientEvents, one => one.Kind == StackEventKind.Announced).Tuple.Remote);
    }

    [Fact]
    public void Line_29_a_removed_address_loses_its_subflows_at_both_ends_and_the_stream_goes_on()
    {
        var pair = new StackPair().Connect().Join();
        Assert.Equal(PmResult.Ok, pair.Client.Paths.Remove(pair.ClientToken, 1));
        pair.RunFor(Duration.FromMillis(100));
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.Removed, RemoteId: 1 });
        Assert.Contains(pair.ServerEvents, one => one is { Kind: StackEventKind.SubflowClosed, Reason: EndReason.AddressRemoved });
        Assert.Equal(1, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
        var data = TransferTests.Data(500_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(110, 1)]
    [InlineData(110, 3)]
    [InlineData(350, 1)]
    public void Line_29_a_join_to_a_removed_address_comes_to_nothing_however_far_it_is(int millis, byte id)
    {
        var pair = new StackPair().Connect();
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Announce(pair.ServerToken, id, new Endpoint(StackPair.ServerB, 0), pair.Now));
        pair.RunFor(Duration.FromMillis(50));
        pair.DelayOf = tuple => tuple.Local.Address == StackPair.ServerB || tuple.Remote.Address == StackPair.ServerB
            ? Duration.FromMillis(100)
            : Duration.FromMillis(5);
        var (local, remote) = (new Endpoint(StackPair.ClientB, 0), new Endpoint(StackPair.ServerB, 80));
        Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, local, 1, remote, backup: false));
        pair.RunFor(Duration.FromMillis(millis));
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Remove(pair.ServerToken, id));
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Equal([0], StackPair.Subflows(pair.Client, pair.ClientSide).Select(one => (int)one.RemoteId));
        Assert.Equal([0], StackPair.Subflows(pair.Server, pair.ServerSide).Select(one => (int)one.LocalId));
        var data = TransferTests.Data(100_000);
        Assert.Equal(data, pair.Transfer(fromClient: true, data));
    }

    [Fact]
    public void Line_29_a_join_that_turns_out_to_lead_to_a_removed_id_comes_to_nothing()
    {
        var pair = new StackPair().Connect();
        pair.Server.Paths.Announce(pair.ServerToken, 5, new Endpoint(StackPair.ServerB, 0), pair.Now);

        // Of the address the client has never heard: only the SYN/ACK tells its id.
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !packet.Options.Mptcp.Has(MptcpKinds.AddAddr);
        pair.DelayOf = tuple => tuple.Local.Address == StackPair.ServerB || tuple.Remote.Address == StackPair.ServerB
            ? Duration.FromMillis(100)
            : Duration.FromMillis(5);
        var (local, remote) = (new Endpoint(StackPair.ClientB, 0), new Endpoint(StackPair.ServerB, 80));
        Assert.Equal(PmResult.Ok, pair.Client.Paths.CreateSubflow(pair.ClientToken, local, 1, remote, backup: false));
        pair.RunFor(Duration.FromMillis(110));
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Remove(pair.ServerToken, 5));
        pair.RunFor(Duration.FromSeconds(2));
        Assert.Equal([0], StackPair.Subflows(pair.Client, pair.ClientSide).Select(one => (int)one.RemoteId));
        Assert.Contains(pair.ClientEvents, one => one is { Kind: StackEventKind.SubflowClosed, Reason: EndReason.AddressRemoved });
    }

    [Fact]
    public void Line_29_an_unknown_id_is_ignored()
    {
        var pair = new StackPair().Connect().Join();
        Assert.Equal(PmResult.UnknownAddress, pair.Client.Paths.Remove(pair.ClientToken, 77));
        pair.Server.Paths.Announce(pair.ServerToken, 9, _announced, pair.Now);
        pair.Passes = (bool fromClient, in ParsedPacket packet) => !packet.Options.Mptcp.Has(MptcpKinds.AddAddr);
        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal(PmResult.Ok, pair.Server.Paths.Remove(pair.ServerToken, 9));
        pair.RunFor(Duration.FromMillis(50));
        Assert.Equal(2, StackPair.Info(pair.Client, pair.ClientSide).Subflows);
    }

    [Fact]
    public void Line_29_a_priority_is_a_request_in_one_direction()
    {
        var pair = new StackPair().Connect().Join();
        var second = StackPair.Subflows(pair.Client, pair.ClientSide).Single(one => one.LocalId == 1).Tuple;
        Assert.Equal(PmResult.Ok, pair.Client.Paths.SetBackup(pair.ClientToken, second, backup: true));
        pair.RunFor(Duration.FromMillis(50));
        Assert.True(Assert.Single(pair.ServerEvents, one => one.Kind == StackEventKind.SubflowPriority).Backup);
        var before = StackPair.Subflows(pair.Server, pair.ServerSide).Single(one => one.RemoteId == 1).BytesSent;
        pair.Transfer(fromClient: false, TransferTests.Data(500_000));
        var after = StackPair.Subflows(pair.Server, pair.ServerSide).Single(one => one.RemoteId == 1);
        Assert.True(after.PeerBackup);
        Assert.Equal(before, after.BytesSent);

        Assert.Equal(PmResult.Ok, pair.Client.Paths.SetBackup(pair.ClientToken, second, backup: false));
        pair.Transfer(fromClient: false, TransferTests.Data(2_000_000));
        Assert.True(StackPair.Subflows(pair.Server, pair.ServerSide).Single(one => one.RemoteId == 1).BytesSent > before);
    }

    [Fact]
    public void Line_29_a_join_may_ask_to_be_a_backup()
    {
        var pair = new StackPair().Connect().Join(backup: true);
        Assert.True(StackPair.Subflows(pair.Server, pair.ServerSide).Single(one => one.RemoteId == 1).PeerBackup);
        pair.Transfer(fromClient: false, TransferTests.Data(500_000));
        Assert.Equal(0, StackPair.Subflows(pair.Server, pair.ServerSide).Single(one => one.RemoteId == 1).BytesSent);
    }

    [Fact]
    public void Line_30_options_without_data_go_on_two_bare_acks_at_most()
    {
        var pair = new StackPair().Connect();
        var inRow = 0;
        var most = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            inRow = !fromClient && packet.Payload.IsEmpty ? inRow + 1 : 0;
            most = Math.Max(most, inRow);
            return true;
        };
        for (byte id = 1; id < 6; id++)
        {
            pair.Server.Paths.Announce(pair.ServerToken, id, new Endpoint(StackPair.ServerB, (ushort)(1000 + id)), pair.Now);
        }

        pair.RunFor(Duration.FromMillis(100));
        Assert.InRange(most, 1, 2);
    }

    private static List<AddAddr> Options(StackPair pair)
    {
        var seen = new List<AddAddr>();
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (packet.Options.Mptcp.Has(MptcpKinds.AddAddr))
            {
                seen.Add(packet.Options.Mptcp.AddAddr);
            }

            return true;
        };
        return seen;
    }
}
