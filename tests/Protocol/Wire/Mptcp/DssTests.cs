using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Wire.Tcp;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire.Mptcp;

public sealed class DssTests
{
    private static readonly Dsn64 _ack = new(0x1111111122222222);
    private static readonly Dsn64 _dsn = new(0x1045ecfa3f05f4da);

    public static TheoryData<string, Dss> Facts8 => new()
    {
        { "1e082001" + "22222222", Dss.Ack(_ack, wide: false) },
        { "1e0c2003" + "1111111122222222", Dss.Ack(_ack) },
        { "1e0e2004" + "3f05f4da" + "00000001" + "0005", default(Dss).WithMap(_dsn, 1, 5, wide: false) },
        { "1e12200c" + "1045ecfa3f05f4da" + "00000001" + "0005", default(Dss).WithMap(_dsn, 1, 5) },
        { "1e14200c" + "1045ecfa3f05f4da" + "00000001" + "0005" + "8b07", default(Dss).WithMap(_dsn, 1, 5).WithChecksum(0x8b07) },
        { "1e1a200f" + "1111111122222222" + "1045ecfa3f05f4da" + "00000001" + "0005", Dss.Ack(_ack).WithMap(_dsn, 1, 5) },
        {
            "1e1c201f" + "1111111122222222" + "1045ecfa3f05f4da" + "00000000" + "0001" + "ced9",
            Dss.Ack(_ack).WithMap(_dsn, 0, 1).WithDataFin().WithChecksum(0xced9)
        },
        { "1e042000", default },
    };

    [Theory]
    [MemberData(nameof(Facts8))]
    public void Line_8_the_flags_say_which_fields_there_are(string hex, Dss expected)
    {
        var read = OptionBytes.Read(hex);
        Assert.Equal(MptcpKinds.Dss, read.Mptcp.Kinds);
        Assert.Equal(expected, read.Mptcp.Dss);
        var options = default(TcpOptions);
        options.Mptcp.Set(expected);
        Assert.Equal(hex, OptionBytes.Write(options));
    }

    [Fact]
    public void Line_8_the_width_of_a_field_that_is_not_there_means_nothing()
    {
        Assert.Equal(Dss.Ack(_ack, wide: false), OptionBytes.Read("1e0820f9" + "22222222").Mptcp.Dss);
        Assert.Equal(default(Dss).WithMap(_dsn, 1, 5), OptionBytes.Read("1e1220ee" + "1045ecfa3f05f4da" + "00000001" + "0005").Mptcp.Dss);
    }

    [Theory]
    [InlineData("1e0a2001" + "222222220000")]
    [InlineData("1e0c200c" + "1045ecfa3f05f4da")]
    [InlineData("1e10200c" + "1045ecfa3f05f4da" + "00000001")]
    [InlineData("1e13200c" + "1045ecfa3f05f4da" + "00000001" + "0005" + "8b")]
    public void A_length_that_the_flags_do_not_explain_is_ignored(string hex) =>
        Assert.Equal(MptcpKinds.None, OptionBytes.Read(hex).Mptcp.Kinds);

    [Fact]
    public void Line_18_narrow_numbers_are_completed_from_what_is_near()
    {
        var dss = Dss.Ack(new Dsn64(0x2_0000_0005), wide: false).WithMap(new Dsn64(0x1_FFFF_FFFF), 1, 1, wide: false);
        Assert.Equal(new Dsn64(0x2_0000_0005), dss.AckNear(new Dsn64(0x1_FFFF_FFF0)));
        Assert.Equal(new Dsn64(0x1_FFFF_FFFF), dss.DsnNear(new Dsn64(0x2_0000_0000)));
        Assert.Equal(_ack, Dss.Ack(_ack).AckNear(default));
    }
}
