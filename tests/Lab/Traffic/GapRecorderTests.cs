using Multipath.Lab.Traffic;

namespace Multipath.Lab.Tests.Traffic;

public sealed class GapRecorderTests
{
    [Fact]
    public void The_longest_gap_is_kept_with_its_beginning()
    {
        var gaps = Record(1_000, 2_000, 52_000, 53_000, 73_000);
        Assert.Equal(50_000, gaps.LongestUs);
        Assert.Equal(2_000, gaps.LongestBeganUs);
    }

    [Fact]
    public void A_gap_that_had_begun_before_the_moment_counts_whole()
    {
        var gaps = Record(0, 100_000, 110_000, 150_000, 151_000);
        Assert.Equal(40_000, gaps.LongestFromUs(120_000));
        Assert.Equal(100_000, gaps.LongestFromUs(99_999));
        Assert.Equal(40_000, gaps.LongestFromUs(100_000));
        Assert.Equal(0, gaps.LongestFromUs(150_000));
    }

    [Fact]
    public void A_gap_that_begins_later_than_the_effect_of_the_moment_has_another_cause()
    {
        var steady = Enumerable.Range(15, 261).Select(i => i * 4_000L);
        var gaps = Record([0, .. steady, 1_300_000]);
        Assert.Equal(60_000, gaps.LongestFromUs(59_999));
        Assert.Equal(0, gaps.LongestFromUs(99_999));
        Assert.Equal(200_000, gaps.LongestFromUs(100_000));
    }

    [Fact]
    public void One_receive_makes_no_gap() => Assert.Equal(0, Record(5_000).LongestUs);

    [Fact]
    public void Kept_gaps_are_bounded_and_the_overall_longest_is_not_lost()
    {
        var gaps = new GapRecorder();
        for (var i = 0L; i <= GapRecorder.MaxKept; i++)
        {
            gaps.HandleReceive(i * GapRecorder.KeptFromUs);
        }

        gaps.HandleReceive(1_000_000_000);
        Assert.Equal(1_000_000_000 - (GapRecorder.MaxKept * GapRecorder.KeptFromUs), gaps.LongestUs);
    }

    [Fact]
    public void Goodput_is_counted_from_the_first_receive_in_buckets_of_100_ms()
    {
        var goodput = new GoodputBuckets();
        goodput.HandleReceive(5_000_000, 1000);
        goodput.HandleReceive(5_099_999, 500);
        goodput.HandleReceive(5_300_000, 250);
        Assert.Equal([1500L, 0L, 0L, 250L], goodput.Bytes);
        Assert.Equal(1750 * 8 / 400_000d, goodput.MegabitsPerSecond(0, 0.4));
    }

    [Fact]
    public void Content_follows_its_seed_and_does_not_repeat()
    {
        var once = new byte[64];
        var again = new byte[64];
        var content = new SeededContent(9);
        content.Fill(once);
        new SeededContent(9).Fill(again);
        Assert.Equal(once, again);

        content.Fill(again);
        Assert.NotEqual(once, again);
    }

    private static GapRecorder Record(params ReadOnlySpan<long> times)
    {
        var gaps = new GapRecorder();
        foreach (var time in times)
        {
            gaps.HandleReceive(time);
        }

        return gaps;
    }
}
