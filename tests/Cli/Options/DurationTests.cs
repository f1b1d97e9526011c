using Multipath.Cli.Options;

namespace Multipath.Cli.Tests.Options;

public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("24h", 86_400_000)]
    public void Numbers_with_a_unit_are_durations(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Duration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("0s")]
    [InlineData("25h")]
    [InlineData("1e9h")]
    [InlineData("NaNs")]
    public void Anything_else_is_not(string text) => Assert.Null(Duration.Parse(text));

    [Theory]
    [InlineData(50, "50ms")]
    [InlineData(1500, "1.5s")]
    [InlineData(120_000, "2m")]
    public void They_are_written_short(double milliseconds, string expected) =>
        Assert.Equal(expected, Duration.Write(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData(-5, "now")]
    [InlineData(0.9, "now")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(7199, "119m")]
    [InlineData(7200, "2h")]
    [InlineData(172_800, "2d")]
    public void Ages_have_one_unit(double seconds, string expected) => Assert.Equal(expected, Duration.Age(TimeSpan.FromSeconds(seconds)));
}
