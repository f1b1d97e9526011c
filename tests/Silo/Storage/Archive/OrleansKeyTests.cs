using Multipath.Silo.Storage.Archive;

namespace Multipath.Silo.Tests.Storage.Archive;

public sealed class OrleansKeyTests
{
    /// <summary>A GUID is kept as its bytes lie in memory: the first eight are turned round in groups of 4, 2 and 2.</summary>
    [Theory]
    [InlineData("van-1", "van-1", 0, 0)]
    [InlineData("fleet", "fleet", 0, 0)]
    [InlineData("cafe", "", 0, 0xcafe)]
    [InlineData("10", "", 0, 16)]
    [InlineData("0", "", 0, 0)]
    [InlineData("ffffffffffffffff", "", 0, -1)]
    [InlineData("f123456789abcdef0", "f123456789abcdef0", 0, 0)]
    [InlineData("00112233445566770102030405060708", "", 0x6677_4455_0011_2233, 0x0807_0605_0403_0201)]
    public void A_key_is_kept_as_numbers_when_it_reads_as_some(string key, string text, long high, long low)
    {
        var kept = OrleansKey.Of(key);
        Assert.Equal((text, high, low), (kept.Text, kept.High, kept.Low));
        Assert.Equal(key, kept.ToString());
    }
}
