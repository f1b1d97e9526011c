using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Grpc.Protocol;

namespace Multipath.Standalone.Grpc.Tests.Protocol;

public sealed class TextTests
{
    [Theory]
    [InlineData("plain text!", "plain text!")]
    [InlineData("100%", "100%25")]
    [InlineData("über\n", "%C3%BCber%0A")]
    [InlineData("~ \u007f", "~ %7F")]
    public void Messages_are_percent_encoded(string text, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%ff", "\uFFFD")]
    [InlineData("ü%20", "ü ")]
    public void Broken_percent_encoding_stands_for_itself(string encoded, string text) =>
        Assert.Equal(text, PercentEncoding.Decode(encoded));

    [Fact]
    public void Every_text_survives_percent_encoding() => Prop.ForAll<NonNull<string>>(text =>
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text.Get);
        var encoded = PercentEncoding.Encode(text.Get);
        return PercentEncoding.Decode(encoded) == System.Text.Encoding.UTF8.GetString(bytes) && encoded.All(c => c is >= ' ' and <= '~');
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, "1n")]
    [InlineData(-5, "1n")]
    [InlineData(1, "1u")]
    [InlineData(15_000_000, "1500000u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(1_000_000_000, "100000m")]
    [InlineData(1_000_000_000_001, "100001S")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Timeouts_are_written_in_the_finest_unit_that_fits(long ticks, string text) =>
        Assert.Equal(text, TimeoutText.Format(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("150n", 2)]
    [InlineData("0S", 0)]
    [InlineData("99999999S", 999_999_990_000_000)]
    public void Timeouts_are_read(string text, long ticks)
    {
        Assert.True(TimeoutText.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    [InlineData("٣S")]
    public void Malformed_timeouts_are_refused(string text) => Assert.False(TimeoutText.TryParse(text, out _));

    [Fact]
    public void A_timeout_that_is_written_and_read_is_never_shorter_and_hardly_longer() =>
        Prop.ForAll<NonNegativeInt, PositiveInt>((a, b) =>
    {
        var timeout = TimeSpan.FromTicks(1 + ((long)a.Get * b.Get));
        return TimeoutText.TryParse(TimeoutText.Format(timeout), out var read)
            && read >= timeout && read - timeout <= TimeSpan.FromTicks(Math.Max(10, timeout.Ticks / 1000));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_survive_metadata() => Prop.ForAll<byte[]>(bytes =>
    {
        var read = new Metadata();
        return MetadataText.TryAdd(read, "X-Bin", MetadataText.Format(new Metadata.Entry("x-bin", bytes)))
            && read.Single().Key == "x-bin" && read.Single().ValueBytes.AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("!")]
    [InlineData("A")]
    [InlineData("AQ==x")]
    [InlineData("AQ,!")]
    public void Bytes_that_are_no_base64_are_refused(string text) => Assert.False(MetadataText.TryAdd([], "x-bin", text));

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("Application/GRPC;x=y", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/json", false)]
    [InlineData(null, false)]
    public void Content_types_are_told_apart(string? contentType, bool grpc) => Assert.Equal(grpc, HeaderNames.IsGrpc(contentType));
}
