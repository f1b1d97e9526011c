using System.Buffers.Binary;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Ip;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Several stacks that answer for the same addresses.</summary>
public sealed class StackGroupTests
{
    private const int Servers = 3;
    private static readonly Endpoint _second = new(StackPair.ServerB, 80);

    [Fact]
    public void A_stack_picks_and_takes_the_ports_of_its_share_alone()
    {
        var stack = new Stack(new StackOptions { Entropy = new SeededEntropy(1), Share = new StackShare(1, 3) });
        var ports = Enumerable.Range(0, 100).Select(_ => Connect(stack, 0)).ToArray();
        Assert.Equal(100, ports.Distinct().Count());
        Assert.All(ports, port => Assert.Equal(1, port % 3));
        Assert.Equal((4000, 0, 0), (Connect(stack, 4000), Connect(stack, 4001), Connect(stack, 4002)));
    }

    [Fact]
    public void Tokens_of_connections_made_here_are_of_the_stacks_share_alone()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var pair = new StackPair(new StackOptions { Entropy = new SeededEntropy(seed), Share = new StackShare(1, 3) }).Connect();
            Assert.Equal(1u, pair.ClientToken % 3);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tokens_of_accepted_connections_are_of_the_stacks_share_alone(bool byCookie)
    {
        var group = new StackGroup(Servers, new StackLimits { HalfOpenPerListener = byCookie ? 0 : 100 });
        var listeners = group.Listen();
        for (var i = 0; i < 30; i++)
        {
            // A cookie is good where it was given: nobody else knows of it.
            group.ComeTo(i % Servers);
            group.Pin = byCookie ? i % Servers : null;
            var client = group.Connect();
            Assert.True(StackPair.Info(group.Client, client) is { IsMultipath: true, State: ConnectionState.Established });
        }

        for (var place = 0; place < Servers; place++)
        {
            var accepted = Accept(group, listeners, place);
            Assert.NotEmpty(accepted);
            Assert.All(accepted, id => Assert.Equal(place, (int)(StackPair.Info(group.Servers[place], id).Token % Servers)));
        }
    }

    [Fact]
    public void New_connections_stay_where_they_come_and_all_of_their_packets_find_them()
    {
        var group = new StackGroup(Servers);
        var listeners = group.Listen();
        for (var place = 0; place < Servers; place++)
        {
            group.ComeTo(place);
            var client = group.Connect();
            var server = Assert.Single(Accept(group, listeners, place));
            Assert.Equal(PmResult.Ok, Join(group, client));
            group.RunFor(Duration.FromMillis(100));
            Assert.Equal(2, StackPair.Subflows(group.Servers[place], server).Count(one => one.Established));
            var data = TransferTests.Data(100_000);
            Assert.Equal(data.Length, group.Client.Write(client, data, group.Now));
            group.RunFor(Duration.FromMillis(100));
            var read = new byte[data.Length];
            Assert.Equal(data.Length, group.Servers[place].Read(server, read, group.Now));
            Assert.Equal(data, read);
            group.Client.Abort(client, group.Now);
            group.RunFor(Duration.FromSeconds(10));
        }

        Assert.True(group.HandedOver > 100);
        Assert.Equal(0, group.Flows);
    }

    [Fact]
    public void A_join_that_was_answered_without_a_subflow_is_completed_whichever_stack_has_its_third_ack()
    {
        var group = new StackGroup(Servers, new StackLimits { HalfOpenJoins = 0 });
        var listeners = group.Listen();
        for (var place = 0; place < Servers; place++)
        {
            group.ComeTo(place);
            var client = group.Connect();
            var server = Assert.Single(Accept(group, listeners, place));
            for (var first = 0; first < Servers; first++)
            {
                group.ComeTo(first);
                Assert.Equal(PmResult.Ok, Join(group, client));
                group.RunFor(Duration.FromMillis(100));
            }

            Assert.Equal(1 + Servers, StackPair.Subflows(group.Servers[place], server).Count(one => one.Established));
        }
    }

    [Fact]
    public void A_subflow_from_a_port_that_was_asked_for_is_found_whichever_share_the_port_is_of()
    {
        var group = new StackGroup(Servers);
        var listeners = group.Listen();
        group.Connect();
        var server = Assert.Single(Accept(group, listeners, 0));
        var listener = group.Client.Listen(new Endpoint(StackPair.ClientB, 80), new ConnectionOptions());
        var token = StackPair.Info(group.Servers[0], server).Token;
        foreach (ushort port in new[] { 4000, 4001, 4002 })
        {
            var (local, remote) = (new Endpoint(StackPair.ServerB, port), new Endpoint(StackPair.ClientB, 80));
            Assert.Equal(PmResult.Ok, group.Servers[0].Paths.CreateSubflow(token, local, 1, remote, backup: false));
        }

        group.RunFor(Duration.FromMillis(100));
        Assert.NotEqual(default, listener);
        Assert.Equal(4, StackPair.Subflows(group.Servers[0], server).Count(one => one.Established));
    }

    [Fact]
    public void A_join_with_a_token_that_nobody_has_is_refused()
    {
        var group = new StackGroup(Servers);
        group.Listen();
        group.ComeTo(1);
        foreach (var token in new uint[] { 3, 4, 5 })
        {
            var tuple = new FourTuple(new Endpoint(StackPair.ClientA, 1000), _second);
            group.Give(PacketEdit.Syn(tuple, 1, MpJoin.Syn(false, 1, token, 1)));
            var answer = new byte[100];
            var length = group.Servers[(int)(token % Servers)].PollTransmit(answer, out _, group.Now);
            Assert.True(PacketParser.TryParse(answer.AsSpan(0, length), out var parsed));
            Assert.Equal(ResetReason.MptcpError, parsed.Options.Mptcp.Reset.Reason);
        }
    }

    [Fact]
    public void What_a_router_says_of_a_packet_finds_the_stack_that_sent_it()
    {
        var group = new StackGroup(Servers);
        var listeners = group.Listen();
        group.Connect();
        var server = Assert.Single(Accept(group, listeners, 0));
        var before = StackPair.Subflows(group.Servers[0], server).Single().Mss;
        group.Servers[0].Write(server, new byte[1_000], group.Now);
        var sent = new byte[1_500];
        Assert.True(group.Servers[0].PollTransmit(sent, out _, group.Now) > 1_000);

        // Fragmentation needed, 1200 bytes at most (RFC 1191 section 4): the header and the first 8 bytes of what did not fit.
        byte[] message = [3, 4, 0, 0, 0, 0, 1_200 >> 8, 1_200 & 0xFF, .. sent[..28]];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)~Checksum.Sum(message));
        var packet = new byte[100];
        var length = Ipv4.Write(packet, new FourTuple(new Endpoint(StackPair.ClientA, 0), _second), IpProtocol.Icmp, message.Length);
        message.CopyTo(packet, length);
        group.ComeTo(1);
        group.Give(packet[..(length + message.Length)]);
        Assert.Equal(before - 300, StackPair.Subflows(group.Servers[0], server).Single().Mss);
    }

    [Fact]
    public void A_listener_of_all_is_told_of_once()
    {
        var group = new StackGroup(Servers);
        var listeners = group.Listen();
        for (var place = 0; place < Servers; place++)
        {
            group.Servers[place].StopListening(listeners[place], group.Now);
        }

        group.RunFor(Duration.FromMillis(1));
        Assert.Equal([StackEventKind.ListenerCreated, StackEventKind.ListenerClosed], group.Events.Select(one => one.Kind));
    }

    private static List<ConnectionId> Accept(StackGroup group, ListenerId[] listeners, int place)
    {
        var accepted = new List<ConnectionId>();
        while (group.Servers[place].TryAccept(listeners[place], out var id))
        {
            accepted.Add(id);
        }

        return accepted;
    }

    private static PmResult Join(StackGroup group, ConnectionId client) => group.Client.Paths.CreateSubflow(
        StackPair.Info(group.Client, client).Token, new Endpoint(StackPair.ClientB, 0), 1, _second, backup: false);

    /// <summary>The port that a connection got; 0 for none.</summary>
    private static int Connect(Stack stack, ushort port)
    {
        var id = stack.Connect(new Endpoint(StackPair.ClientA, port), StackPair.Service, new ConnectionOptions(), new Instant(1));
        return stack.TryGetInfo(id, out var info) ? info.Tuple.Local.Port : 0;
    }
}
