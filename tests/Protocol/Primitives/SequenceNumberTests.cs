using FsCheck;
using FsCheck.Fluent;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Primitives;

public sealed class SequenceNumberTests
{
    [Fact]
    public void Order_holds_across_the_wrap()
    {
        Assert.True(new Seq32(uint.MaxValue) < new Seq32(0));
        Assert.True(new Seq32(5) > new Seq32(uint.MaxValue - 5));
        Assert.True(new Dsn64(ulong.MaxValue) < new Dsn64(0));
        Assert.Equal(new Seq32(2), new Seq32(uint.MaxValue) + 3);
        Assert.Equal(-3, new Seq32(uint.MaxValue) - new Seq32(2));
        Assert.Equal(3, new Dsn64(2) - new Dsn64(ulong.MaxValue));
    }

    [Fact]
    public void A_range_is_half_open_and_may_wrap()
    {
        var start = new Seq32(uint.MaxValue);
        Assert.True(start.IsIn(start, 2));
        Assert.True(new Seq32(0).IsIn(start, 2));
        Assert.False(new Seq32(1).IsIn(start, 2));
        Assert.False(start.IsIn(start, 0));
    }

    [Fact]
    public void What_is_added_is_the_distance() => Prop.ForAll<uint, int, ulong>((number, step, wide) =>
        (new Seq32(number) + step) - new Seq32(number) == step
        && (new Dsn64(wide) + step) - new Dsn64(wide) == step
        && (new Seq32(number) + step > new Seq32(number)) == step > 0).QuickCheckThrowOnFailure();

    [Fact]
    public void A_narrow_number_becomes_the_nearest_wide_one() => Prop.ForAll<ulong, int>((near, distance) =>
    {
        var number = new Dsn64(near) + distance;
        return Dsn64.Promote((uint)number.Value, new Dsn64(near)) == number;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0x00000001_00000000, 0xFFFFFFFF, 0x00000000_FFFFFFFF)]
    [InlineData(0x00000000_FFFFFFFF, 0x00000000, 0x00000001_00000000)]
    [InlineData(0xFFFFFFFF_FFFFFFFF, 0x00000003, 0x00000000_00000003)]
    public void A_narrow_number_may_lie_behind_the_wrap(ulong near, uint low, ulong expected) =>
        Assert.Equal(new Dsn64(expected), Dsn64.Promote(low, new Dsn64(near)));
}
