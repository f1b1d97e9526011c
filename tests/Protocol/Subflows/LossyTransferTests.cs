using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Tests.Support;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>Whole transfers over links that lose, delay and repeat: all arrives once, and both ends come to rest.</summary>
public class LossyTransferTests
{
    public static TheoryData<int, bool, bool, bool> Mixes
    {
        get
        {
            var mixes = new TheoryData<int, bool, bool, bool>();
            for (var seed = 0; seed < 48; seed++)
            {
                mixes.Add(seed, seed % 2 == 0, seed % 3 != 0, seed % 4 < 2);
            }

            return mixes;
        }
    }

    [Theory]
    [MemberData(nameof(Mixes))]
    public void Everything_arrives_and_both_ends_close(int seed, bool timestamps, bool selectiveAcks, bool cubic)
    {
        var random = new SeededEntropy((ulong)seed);
        var lossPercent = random.Below(12);
        var options = new SubflowOptions
        {
            Timestamps = timestamps,
            SelectiveAcks = selectiveAcks,
            Pacing = random.Below(2) == 0,
            Nagle = random.Below(2) == 0,
            TimeWait = Duration.FromSeconds(1),
        };
        Func<ICongestionControl> congestion = cubic ? () => new Cubic() : () => new NewReno();
        var pair = new SubflowPair(options, Duration.FromMillis(20), _ => Fate(random, lossPercent), congestion)
        {
            MaxPayload = random.Below(2) == 0 ? 0 : 60_000,
        };
        const long Up = 300_000;
        const long Down = 50_000;
        pair.Client.ToSend = Up;
        pair.Server.ToSend = Down;
        pair.Client.ClosesAtEnd = pair.Server.ClosesAtEnd = true;

        // The last ACK may be lost for good, then one end gives up; the data was delivered long before.
        Func<bool> isDelivered = () => pair.Server.Received == Up && pair.Client.Received == Down && pair.Server.PeerClosed;
        Assert.True(pair.RunUntil(isDelivered), $"seed {seed}");
        Assert.True(pair.RunUntil(() => IsClosed(pair.Client) && IsClosed(pair.Server)), $"seed {seed}");
        Assert.Equal(Up, pair.Server.Received);
        Assert.Equal(Down, pair.Client.Received);
        Assert.Equal(0, pair.Client.Subflow!.ChunkCount);
        Assert.Equal(0, pair.Client.Subflow.InFlight);
        Assert.True(pair.Client.Subflow.GetStatistics().BytesSent < 3 * Up);
    }

    [Fact]
    public void Without_loss_nothing_is_sent_twice()
    {
        var pair = new SubflowPair(SubflowOptions.Default, Duration.FromMillis(20), _ => SubflowPair.Fate.Arrives, () => new Cubic());
        pair.Client.ToSend = 10_000_000;
        Assert.True(pair.RunUntil(() => pair.Server.Received == 10_000_000));
        var statistics = pair.Client.Subflow!.GetStatistics();
        Assert.Equal(0, statistics.Retransmissions);
        Assert.Equal(10_000_000, statistics.BytesSent);
        Assert.Equal(Duration.FromMillis(40), statistics.MinRtt);
        Assert.True(statistics.DeliveryRate > 0);
    }

    private static bool IsClosed(SubflowPair.Side side) => side.Subflow?.State == SubflowState.Closed;

    private static SubflowPair.Fate Fate(SeededEntropy random, int lossPercent)
    {
        var roll = random.Below(100);
        return roll < lossPercent ? SubflowPair.Fate.IsLost
            : roll > 97 ? SubflowPair.Fate.IsRepeated
            : roll > 95 ? SubflowPair.Fate.IsLate
            : SubflowPair.Fate.Arrives;
    }
}
