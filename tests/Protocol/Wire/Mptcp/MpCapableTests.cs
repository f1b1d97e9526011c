using Multipath.Protocol.Tests.Wire.Tcp;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire.Mptcp;

public sealed class MpCapableTests
{
    private const ulong KeyA = 0xff2ec3a2f6151881;
    private const ulong KeyB = 0x54f04ad5bd2d9f42;

    public static TheoryData<string, MpCapable> Facts6 => new()
    {
        { "1e040181", MpCapable.Syn(CapableFlags.ChecksumRequired | CapableFlags.HmacSha256) },
        { "1e0c012154f04ad5bd2d9f42", MpCapable.SynAck(CapableFlags.NoJoinToSource | CapableFlags.HmacSha256, KeyB) },
        { "1e140101ff2ec3a2f615188154f04ad5bd2d9f42", MpCapable.Ack(CapableFlags.HmacSha256, KeyA, KeyB) },
        { "1e160101ff2ec3a2f615188154f04ad5bd2d9f4205b4", MpCapable.Data(CapableFlags.HmacSha256, KeyA, KeyB, 1460, null) },
        { "1e180181ff2ec3a2f615188154f04ad5bd2d9f4200058b07", MpCapable.Data((CapableFlags)0x81, KeyA, KeyB, 5, 0x8b07) },
        { "1e040001", MpCapable.Syn(CapableFlags.HmacSha256) with { Version = 0 } },
    };

    [Theory]
    [MemberData(nameof(Facts6))]
    public void Line_6_each_form_has_its_bytes(string hex, MpCapable expected)
    {
        var read = OptionBytes.Read(hex);
        Assert.Equal(MptcpKinds.Capable, read.Mptcp.Kinds);
        Assert.Equal(expected, read.Mptcp.Capable);
        var options = default(TcpOptions);
        options.Mptcp.Set(expected);
        Assert.Equal(hex, OptionBytes.Write(options));
    }

    [Fact]
    public void Line_6_an_option_with_the_extension_flag_is_ignored() =>
        Assert.Equal(MptcpKinds.None, OptionBytes.Read("1e040141").Mptcp.Kinds);

    [Fact]
    public void Line_6_without_a_crypto_bit_the_option_is_read_and_offers_nothing() =>
        Assert.Equal(CapableFlags.None, OptionBytes.Read("1e0401a0").Mptcp.Capable.Flags & CapableFlags.Crypto);
}
