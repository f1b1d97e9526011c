using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>What takes only small packets is asked again after ten minutes (RFC 4821 section 7, RFC 1191 section 6.3).</summary>
public sealed class LargerMtuTests
{
    private const int Limit = 1_300;
    private const int Mtu = 1_500;
    private static readonly byte[] _data = TransferTests.Data(300_000);
    private readonly List<(Instant At, int Length, int Payload)> _sent = [];

    [Fact]
    public void A_path_that_takes_large_packets_again_gets_them_after_ten_minutes()
    {
        var pair = Reduced(out var from, out var to);
        pair.Passes = Note(pair, int.MaxValue);
        pair.RunFor(from + Duration.FromSeconds(599) - pair.Now);
        Transfer(pair);
        Assert.InRange(_sent.Max(one => one.Length), 1, Limit);

        _sent.Clear();
        pair.RunFor(to + Duration.FromSeconds(600) - pair.Now);
        Transfer(pair);
        var large = _sent.Where(one => one.Length > Limit).ToArray();
        Assert.All(large, one => Assert.Equal(Mtu, one.Length));

        // The first one is alone until it is acknowledged.
        Assert.Equal(pair.Delay + pair.Delay, large[1].At - large[0].At);
        Assert.InRange(large.Length, _data.Length / 2 / Mtu, _data.Length / Limit);
    }

    [Fact]
    public void A_probe_that_is_lost_costs_nothing_but_its_own_repair()
    {
        var pair = Reduced(out _, out var to);
        pair.Passes = Note(pair, Limit);
        pair.RunFor(to + Duration.FromSeconds(600) - pair.Now);
        var before = Only(pair);
        for (var i = 0; i < 3; i++)
        {
            Transfer(pair);
        }

        var probe = Assert.Single(_sent, one => one.Length > Limit);
        Assert.Equal(Mtu, probe.Length);
        var after = Only(pair);
        Assert.Equal(before.SlowStartThreshold, after.SlowStartThreshold);
        Assert.InRange(after.CongestionWindow, before.CongestionWindow, long.MaxValue);
        Assert.Equal(before.Timeouts, after.Timeouts);
        Assert.Equal(probe.Payload, after.BytesRetransmitted - before.BytesRetransmitted);

        _sent.Clear();
        pair.RunFor(probe.At + Duration.FromSeconds(599) - pair.Now);
        Transfer(pair);
        Assert.InRange(_sent.Max(one => one.Length), 1, Limit);
        pair.RunFor(probe.At + Duration.FromSeconds(601) - pair.Now);
        Transfer(pair);
        Assert.Single(_sent, one => one.Length > Limit);
    }

    [Fact]
    public void A_loss_beside_the_probe_is_congestion()
    {
        var pair = Reduced(out _, out var to);
        var note = Note(pair, Limit);
        var dropped = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            var passes = note(fromClient, packet);
            var isNext = fromClient && passes && dropped == 0 && packet.Payload.Length > 1_000 && _sent.Any(one => one.Length > Limit);
            dropped += isNext ? 1 : 0;
            return passes && !isNext;
        };
        pair.RunFor(to + Duration.FromSeconds(600) - pair.Now);
        var before = Only(pair);
        Transfer(pair);
        Assert.Equal(1, dropped);
        Assert.NotEqual(before.SlowStartThreshold, Only(pair).SlowStartThreshold);
    }

    private static void Transfer(StackPair pair) =>
        Assert.Equal(_data, pair.Transfer(fromClient: true, _data, Duration.FromSeconds(20)));

    private static SubflowInfo Only(StackPair pair) => StackPair.Subflows(pair.Client, pair.ClientSide).Single();

    private static int LengthOf(in ParsedPacket packet) =>
        PacketWriter.HeaderLength(isV4: true) + packet.Options.Length + packet.Payload.Length;

    // The path swallows large packets, which is found out between two moments.
    private StackPair Reduced(out Instant from, out Instant to)
    {
        var pair = new StackPair().Connect();
        pair.Passes = Note(pair, Limit);
        from = pair.Now;
        Transfer(pair);
        to = pair.Now;
        _sent.Clear();
        return pair;
    }

    private StackPair.PacketFilter Note(StackPair pair, int limit) => (bool fromClient, in ParsedPacket packet) =>
    {
        if (fromClient)
        {
            _sent.Add((pair.Now, LengthOf(packet), packet.Payload.Length));
        }

        return LengthOf(packet) <= limit;
    };
}
