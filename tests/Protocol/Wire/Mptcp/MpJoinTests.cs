using Multipath.Protocol.Tests.Wire.Tcp;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire.Mptcp;

public sealed class MpJoinTests
{
    public static TheoryData<string, MpJoin> Facts7 => new()
    {
        { "1e0c1103eef7df2fc0d346f6", MpJoin.Syn(backup: true, 3, token: 0xeef7df2f, nonce: 0xc0d346f6) },
        { "1e0c1000eef7df2fc0d346f6", MpJoin.Syn(backup: false, 0, token: 0xeef7df2f, nonce: 0xc0d346f6) },
        { "1e101005c7489cf7056428b40a54f9af", MpJoin.SynAck(backup: false, 5, hmac: 0xc7489cf7056428b4, nonce: 0x0a54f9af) },
        {
            "1e181000b4e6a41bf5861313df7f5f454966998ad7e698a4",
            MpJoin.Ack(new Hmac160(0xb4e6a41bf5861313, 0xdf7f5f454966998a, 0xd7e698a4))
        },
    };

    [Theory]
    [MemberData(nameof(Facts7))]
    public void Line_7_each_form_has_its_bytes(string hex, MpJoin expected)
    {
        var read = OptionBytes.Read(hex);
        Assert.Equal(MptcpKinds.Join, read.Mptcp.Kinds);
        Assert.Equal(expected, read.Mptcp.Join);
        var options = default(TcpOptions);
        options.Mptcp.Set(expected);
        Assert.Equal(hex, OptionBytes.Write(options));
    }

    [Fact]
    public void An_HMAC_differs_when_any_part_of_it_does()
    {
        var hmac = new Hmac160(1, 2, 3);
        Assert.Equal(new Hmac160(1, 2, 3), hmac);
        Assert.NotEqual(new Hmac160(0, 2, 3), hmac);
        Assert.NotEqual(new Hmac160(1, 0, 3), hmac);
        Assert.NotEqual(new Hmac160(1, 2, 0), hmac);
    }
}
