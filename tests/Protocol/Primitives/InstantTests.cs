using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Primitives;

public sealed class InstantTests
{
    private static readonly Duration _second = Duration.FromSeconds(1);

    [Fact]
    public void Never_stays_never_and_is_after_everything()
    {
        Assert.Equal(Instant.Never, Instant.Never + _second);
        Assert.Equal(Instant.Never, Instant.Never - _second);
        Assert.Equal(Duration.Max, Instant.Never - new Instant(5));
        Assert.True(new Instant(long.MaxValue - 1) < Instant.Never);
    }

    [Fact]
    public void Sums_stop_at_the_ends()
    {
        Assert.Equal(Instant.Never, new Instant(long.MaxValue - 1) + _second);
        Assert.Equal(Duration.Max, Duration.Max + _second);
        Assert.Equal(new Duration(long.MinValue), new Duration(long.MinValue) - _second);
        Assert.Equal(new Duration(long.MaxValue), new Instant(1) - new Instant(long.MinValue));
    }

    [Fact]
    public void Differences_and_parts_are_exact()
    {
        Assert.Equal(Duration.FromMillis(1500), new Instant(2_000_000) - new Instant(500_000));
        Assert.Equal(Duration.FromMillis(250), _second / 4);
        Assert.Equal(Duration.FromMillis(3000), _second * 3);
        Assert.Equal(Duration.FromMillis(20), Duration.Clamp(Duration.FromMillis(5), Duration.FromMillis(20), _second));
    }

    [Fact]
    public void Both_print_with_their_unit()
    {
        Assert.Equal("1.5ms", Duration.FromMicros(1500).ToString());
        Assert.Equal("forever", Duration.Max.ToString());
        Assert.Equal("2.000001s", new Instant(2_000_001).ToString());
        Assert.Equal("never", Instant.Never.ToString());
    }
}
