using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire.Tcp;

public sealed class TcpOptionsTests
{
    [Fact]
    public void The_options_of_a_SYN_follow_each_other_behind_their_padding()
    {
        var options = new TcpOptions
        {
            Mss = 1460,
            SackPermitted = true,
            Timestamps = new TcpTimestamps(0x01020304, 0),
            WindowScale = 7,
        };
        options.Mptcp.Set(MpCapable.Syn(CapableFlags.HmacSha256));
        var bytes = new byte[24];
        Assert.Equal(24, options.Write(bytes));
        Assert.Equal("01" + "020405b4" + "0402" + "080a0102030400000000" + "030307" + "1e040101", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Timestamps_alone_stand_where_a_fast_path_looks_for_them()
    {
        var bytes = new byte[12];
        new TcpOptions { Timestamps = new TcpTimestamps(1, 2) }.Write(bytes);
        Assert.Equal("0101080a0000000100000002", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Selective_acknowledgments_keep_their_order()
    {
        var options = OptionBytes.Read("0101" + "0512" + "0000000a" + "00000014" + "00000001" + "00000005");
        Assert.Equal(2, options.Sack.Count);
        Assert.Equal(new SackBlock(new Seq32(10), new Seq32(20)), options.Sack[0]);
        Assert.Equal(new SackBlock(new Seq32(1), new Seq32(5)), options.Sack[1]);
    }

    [Fact]
    public void There_is_room_for_four_blocks_and_no_fifth()
    {
        var blocks = default(SackBlocks);
        for (var i = 0; i < SackBlocks.MaxCount; i++)
        {
            Assert.True(blocks.TryAdd(default));
        }

        Assert.False(blocks.TryAdd(default));
        Assert.Equal(34, blocks.Length);
    }

    [Fact]
    public void A_shift_beyond_14_is_taken_as_14() => Assert.Equal((byte)14, OptionBytes.Read("0303ff").WindowScale);

    [Fact]
    public void The_first_of_a_kind_counts()
    {
        var options = OptionBytes.Read("020405b4" + "02040200" + "1e0350" + "1e0351");
        Assert.Equal((ushort)1460, options.Mss);
        Assert.False(options.Mptcp.Prio.Backup);
    }

    [Theory]
    [InlineData("fd04abcd" + "020405b4")]
    [InlineData("0203ff" + "020405b4")]
    [InlineData("0101" + "020405b4" + "00" + "040201")]
    [InlineData("020405b4" + "0400" + "0402")]
    [InlineData("020405b4" + "0401" + "0402")]
    [InlineData("020405b4" + "0408" + "0402")]
    [InlineData("020405b4" + "04")]
    [InlineData("020405b4" + "1e02")]
    [InlineData("020405b4" + "0506" + "00000001")]
    public void What_is_strange_is_passed_over_or_ends_the_list(string hex)
    {
        var options = OptionBytes.Read(hex);
        Assert.Equal((ushort)1460, options.Mss);
        Assert.False(options.SackPermitted);
        Assert.Equal(0, options.Sack.Count);
        Assert.Equal(MptcpKinds.None, options.Mptcp.Kinds);
    }
}
