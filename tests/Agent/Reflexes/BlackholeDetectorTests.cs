using Multipath.Agent.Reflexes;

namespace Multipath.Agent.Tests.Reflexes;

public sealed class BlackholeDetectorTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private BlackholeDetector _detector;

    [Fact]
    public void Nothing_outstanding_is_never_silence()
    {
        var verdict = Observe(new SubflowSample { RttUs = 20_000, LastAckMs = 60_000 }, 0);
        Assert.Equal(default, verdict);
    }

    [Fact]
    public void Silence_counts_from_when_data_became_outstanding_not_from_the_last_ack_long_ago()
    {
        var verdict = Observe(Busy(lastAckMs: 60_000, lastSentMs: 3), 0);
        Assert.Equal((false, true, 3.0), (verdict.Silent, verdict.Busy, verdict.Silence.TotalMilliseconds));
    }

    [Theory]
    [InlineData(20_000, 1_000, 40)]
    [InlineData(50_000, 2_000, 83)]
    [InlineData(50_000, 10_000, 140)]
    [InlineData(80_000, 12_001, 208.004)]
    public void The_threshold_follows_the_round_trip_time_and_its_jitter(uint rttUs, uint varUs, double thresholdMs)
    {
        var verdict = Observe(Busy(rttUs: rttUs, varUs: varUs), 0);
        Assert.Equal(thresholdMs, verdict.Threshold.TotalMilliseconds, 0.001);
    }

    [Theory]
    [InlineData(32, 20_000, 80)]
    [InlineData(31, 20_000, 200)]
    [InlineData(32, 70_000, 200)]
    public void Behind_a_standing_queue_the_ack_clock_is_the_measure(uint unacked, uint minRttUs, double thresholdMs)
    {
        var sample = Busy(rttUs: 120_000, varUs: 5_000) with { UnackedSegments = unacked, MinRttUs = minRttUs };
        Assert.Equal(thresholdMs, Observe(sample, 0).Threshold.TotalMilliseconds, 0.001);
    }

    [Fact]
    public void It_fires_at_the_first_look_beyond_the_threshold()
    {
        Assert.False(Observe(Busy(lastSentMs: 0), 0).Silent);
        Assert.False(Observe(Busy(lastAckMs: 40), 40).Silent);
        var verdict = Observe(Busy(lastAckMs: 50), 50);
        Assert.Equal((true, 50.0), (verdict.Silent, verdict.Silence.TotalMilliseconds));
    }

    [Fact]
    public void An_acknowledgement_of_anything_is_a_sign_of_life()
    {
        Observe(Busy(lastSentMs: 0), 0);
        Assert.False(Observe(Busy(lastAckMs: 2), 100).Silent);
        Assert.False(Observe(Busy(lastAckMs: 40), 138).Silent);
        Assert.True(Observe(Busy(lastAckMs: 42), 140).Silent);
    }

    [Fact]
    public void A_single_segment_may_be_acknowledged_late()
    {
        var single = Busy() with { UnackedSegments = 1 };
        Observe(single, 0);
        Assert.False(Observe(single with { LastAckMs = 79 }, 79).Silent);
        Assert.True(Observe(single with { LastAckMs = 81 }, 81).Silent);
    }

    [Fact]
    public void A_path_that_deceived_lately_is_given_longer() => Assert.Equal(
        108, _detector.Observe(Busy(rttUs: 50_000, varUs: 2_000), cautious: true, Start).Threshold.TotalMilliseconds, 0.001);

    [Fact]
    public void Without_a_round_trip_time_there_is_no_verdict()
    {
        Observe(Busy(rttUs: 0), 0);
        Assert.False(Observe(Busy(rttUs: 0, lastAckMs: 5000), 5000).Silent);
    }

    private static SubflowSample Busy(uint rttUs = 20_000, uint varUs = 1_000, uint lastAckMs = 0, uint lastSentMs = 0) => new()
    {
        UnackedSegments = 10,
        RttUs = rttUs,
        RttVarUs = varUs,
        LastAckMs = lastAckMs,
        LastDataSentMs = lastSentMs,
    };

    private BlackholeVerdict Observe(SubflowSample sample, int atMs) =>
        _detector.Observe(sample, cautious: false, Start + TimeSpan.FromMilliseconds(atMs));
}
