using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Primitives;

public sealed class SeededEntropyTests
{
    [Fact]
    public void A_seed_has_one_sequence()
    {
        var first = new SeededEntropy(42);
        var second = new SeededEntropy(42);
        Assert.Equal(first.NextUInt64(), second.NextUInt64());
        Assert.NotEqual(new SeededEntropy(43).NextUInt64(), new SeededEntropy(42).NextUInt64());
    }

    [Theory]
    [InlineData(0, new ulong[] { 0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0 })]
    public void The_sequence_is_that_of_xoshiro256_with_a_state_from_splitmix(ulong seed, ulong[] expected)
    {
        var entropy = new SeededEntropy(seed);
        Assert.All(expected, number => Assert.Equal(number, entropy.NextUInt64()));
    }

    [Fact]
    public void Numbers_stay_below_their_limit_and_reach_all_of_it()
    {
        var entropy = new SeededEntropy(1);
        var counts = new int[6];
        for (var i = 0; i < 6000; i++)
        {
            counts[entropy.Below(6)]++;
            Assert.InRange(entropy.NextDouble(), 0, 0.9999999999999999);
        }

        Assert.All(counts, count => Assert.InRange(count, 850, 1150));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(21)]
    public void Spans_of_any_length_are_filled(int length)
    {
        var bytes = new byte[length];
        var entropy = new SeededEntropy(3);
        var seen = new byte[length];
        for (var i = 0; i < 20; i++)
        {
            entropy.Fill(bytes);
            for (var at = 0; at < length; at++)
            {
                seen[at] |= bytes[at];
            }
        }

        Assert.DoesNotContain<byte>(0, seen);
    }
}
