using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Wire.Tcp;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire.Mptcp;

public sealed class SignalOptionsTests
{
    [Theory]
    [InlineData("1e0350", false)]
    [InlineData("1e0351", true)]
    public void Line_10_a_priority_is_three_bytes(string hex, bool backup)
    {
        var options = OptionBytes.Read(hex);
        Assert.True(options.Mptcp.Has(MptcpKinds.Prio));
        Assert.Equal(new MpPrio(backup), options.Mptcp.Prio);
        Assert.Equal(hex, OptionBytes.Write(options));
    }

    [Fact]
    public void Line_10_a_failure_names_the_number() => AssertSame("1e0c60001045ecfa3f05f4da", MptcpKinds.Fail, options =>
        options.Fail == new MpFail(new Dsn64(0x1045ecfa3f05f4da)));

    [Fact]
    public void Line_10_a_fast_close_carries_the_key_of_its_receiver() => AssertSame(
        "1e0c700054f04ad5bd2d9f42", MptcpKinds.FastClose, options => options.FastClose == new MpFastClose(0x54f04ad5bd2d9f42));

    [Theory]
    [InlineData("1e048000", ResetFlags.None, ResetReason.Unspecified)]
    [InlineData("1e048106", ResetFlags.Transient, ResetReason.MiddleboxInterference)]
    [InlineData("1e048f2a", ResetFlags.Transient | ResetFlags.Unassigned, (ResetReason)42)]
    public void Line_10_a_reset_has_flags_and_a_reason(string hex, ResetFlags flags, ResetReason reason) =>
        AssertSame(hex, MptcpKinds.Reset, options => options.Reset == new MpReset(flags, reason));

    [Fact]
    public void Line_11_every_other_length_of_every_subtype_is_ignored()
    {
        int[][] known = [[4, 12, 20, 22, 24], [12, 16, 24], [4], [16, 18, 28, 30], [.. Enumerable.Range(4, 37)], [3], [12], [12], [4]];
        for (var subtype = 0; subtype <= 0xF; subtype++)
        {
            for (var length = 3; length <= TcpOptions.MaxLength; length++)
            {
                // In ADD_ADDR the low octet of the port, which is none when it is 0.
                var bytes = OptionBytes.Zeros(subtype, length);
                if (subtype == 3 && length >= 12)
                {
                    bytes[^9] = 1;
                }

                var options = default(TcpOptions);
                options.Read(bytes);
                var expected = subtype < known.Length && known[subtype].Contains(length) ? 1 << subtype : 0;
                Assert.Equal((MptcpKinds)expected, options.Mptcp.Kinds);
            }
        }
    }

    [Fact]
    public void An_option_that_is_taken_away_is_not_written()
    {
        var options = OptionBytes.Read("1e0350" + "1e048106");
        options.Mptcp.Remove(MptcpKinds.Prio);
        Assert.Equal("1e048106", OptionBytes.Write(options));
    }

    private static void AssertSame(string hex, MptcpKinds kind, Predicate<MptcpOptions> holds)
    {
        var options = OptionBytes.Read(hex);
        Assert.Equal(kind, options.Mptcp.Kinds);
        Assert.True(holds(options.Mptcp));
        Assert.Equal(hex, OptionBytes.Write(options));
    }
}
