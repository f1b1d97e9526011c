using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>What schedulers make of messages on whole stacks: delays under loss, and the gap when the fastest path goes silent.</summary>
public sealed class MessageDelayTests(ITestOutputHelper output)
{
    [Fact]
    public void Low_latency_halves_the_99th_percentile_of_linuxDefault_under_loss()
    {
        long[] linux = Delays("linuxDefault", 1, 2);
        long[] own = Delays("lowLatency", 1, 2);
        Assert.True(At(own, 99) * 2 <= At(linux, 99), $"{At(own, 99)} us against {At(linux, 99)} us");
    }

    [Theory]
    [InlineData("minRtt")]
    [InlineData("ecf")]
    [InlineData("redundant")]
    [InlineData("lowLatency")]
    [InlineData("linuxDefault")]
    public void Every_message_arrives_in_bounded_time_under_loss(string scheduler)
    {
        long[] delays = Delays(scheduler, 4);
        output.WriteLine($"{scheduler}: p50 {At(delays, 50)} p95 {At(delays, 95)} p99 {At(delays, 99)} p99.9 {At(delays, 99.9)} us");
        Assert.True(delays[0] >= MessageStream.RttMs[0] * 500);
        Assert.True(delays[^1] <= 2_000_000);
    }

    /// <remarks>5 Mbit/s. Two one-way delays apart and an interval is what copies can give: 25 - 10 + 6.6 ms.</remarks>
    [Theory]
    [InlineData("redundant", 30)]
    [InlineData("lowLatency", 30)]
    [InlineData("roundRobin", 30)]
    [InlineData("minRtt", 40)]
    [InlineData("ecf", 40)]
    [InlineData("linuxDefault", 400)]
    public void The_gap_is_short_when_the_fastest_path_goes_silent(string scheduler, int atMostMs)
    {
        var stream = new MessageStream(scheduler, 5) { SilentAfter = Duration.FromSeconds(2), Interval = Duration.FromMicros(6554) };
        stream.Run(600);
        output.WriteLine($"{scheduler}: gap {stream.LongestGap}");
        Assert.True(stream.LongestGap <= Duration.FromMillis(atMostMs), $"{stream.LongestGap}");
    }

    private static long[] Delays(string scheduler, params ulong[] seeds) =>
        [.. seeds.SelectMany(seed => new MessageStream(scheduler, seed) { LossPercent = 1 }.Run(2000).DelaysMicros).Order()];

    private static long At(long[] sorted, double percent) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
}
