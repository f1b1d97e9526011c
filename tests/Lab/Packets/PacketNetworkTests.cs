using Multipath.Lab.Packets;
using Multipath.Lab.Tests.Packets.Support;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets;

public sealed class PacketNetworkTests
{
    private static readonly LaneKnobs _rough = OneLink.Plain with
    {
        Jitter = Duration.FromMillis(5),
        Loss = LossModel.Bursts(0.05, 4),
        Reorder = 0.05,
        ReorderBy = Duration.FromMillis(8),
        Duplicate = 0.02,
        Corrupt = 0.02,
    };

    [Fact]
    public void A_seed_has_one_trace() => Assert.Equal(HashOf(7, 0), HashOf(7, 0));

    [Fact]
    public void Another_seed_has_another_trace() => Assert.NotEqual(HashOf(7, 0), HashOf(8, 0));

    [Fact]
    public void A_packet_a_microsecond_later_or_with_another_header_makes_another_trace()
    {
        Assert.NotEqual(HashOf(7, 0), HashOf(7, 1));
        Assert.NotEqual(HashOf(7, 0), HashOf(7, 0, 1));
    }

    [Fact]
    public void A_host_with_two_uplinks_routes_by_source_and_its_peer_by_destination()
    {
        var network = new PacketNetwork(1);
        var (host, peer) = (new ScriptedNode(), new ScriptedNode());
        var (hostPort, peerPort) = (network.AddNode("host", host), network.AddNode("peer", peer));
        var second = IpAddr.Parse("10.0.0.2");
        foreach (var (address, millis) in ((IpAddr, int)[])[(TcpBytes.Near, 10), (second, 50)])
        {
            var knobs = LinkKnobs.Same(OneLink.Plain with { Delay = Duration.FromMillis(millis) });
            var link = network.AddLink($"{address}", knobs, hostPort, peerPort);
            hostPort.Routes.Add(address, null, link.NearDoor);
            peerPort.Routes.Add(null, address, link.FarDoor);
        }

        host.Send(0, new TcpBytes { Source = second }.ToPacket());
        host.Send(0, new TcpBytes().ToPacket());
        host.Send(0, new TcpBytes { Source = TcpBytes.Far }.ToPacket());
        peer.Send(100_000, new TcpBytes { Source = TcpBytes.Far, Destination = second }.ToPacket());
        network.Start();
        network.RunUntil(new Instant(1_000_000));

        Assert.Equal([10_040, 50_040], peer.Received.Select(received => received.At.Micros));
        Assert.Equal([150_040], host.Received.Select(received => received.At.Micros));
        Assert.Equal(1, hostPort.Unroutable);
        Assert.Equal(0, network.PacketsHeld);
    }

    [Fact]
    public void A_node_that_sends_without_end_is_a_fault()
    {
        var world = new OneLink();
        for (var count = 0; count <= NodePort.BurstLimit; count++)
        {
            world.Near.Send(0, new TcpBytes().ToPacket());
        }

        var fault = Assert.Throws<SimulationFaultException>(() => world.Run());
        Assert.Equal("near sends without end at 0 us", fault.Message);
    }

    private static ulong HashOf(ulong seed, int later, uint sequence = 0)
    {
        var world = new OneLink(_rough, seed);
        for (var number = 0; number < 1000; number++)
        {
            var last = number == 999;
            var segment = new TcpBytes { Payload = TcpBytes.Data(500), Sequence = (uint)number + (last ? sequence : 0) };
            world.Near.Send((number * 1000) + (last ? later : 0), segment.ToPacket());
        }

        return world.Run().Network.Trace.Hash;
    }
}
