using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Wire.Tcp;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire.Mptcp;

public sealed class AddressOptionsTests
{
    private static readonly IpAddr _four = IpAddr.Parse("192.0.2.1");
    private static readonly IpAddr _six = IpAddr.Parse("2001:db8::1");

    public static TheoryData<string, AddAddr> Facts9 => new()
    {
        { "1e103001" + "c0000201" + "4d6e31e701135e5c", AddAddr.Announce(1, _four, 0, 0x4d6e31e701135e5c) },
        { "1e123001" + "c0000201" + "01bb" + "0ec823d3bc727844", AddAddr.Announce(1, _four, 443, 0x0ec823d3bc727844) },
        { "1e083101" + "c0000201", AddAddr.Announce(1, _four, 0, 7).ToEcho() },
        { "1e0a3101" + "c0000201" + "01bb", AddAddr.Announce(1, _four, 443, 7).ToEcho() },
        { "1e1c3002" + "20010db8000000000000000000000001" + "0f88d2ffe3fc8688", AddAddr.Announce(2, _six, 0, 0x0f88d2ffe3fc8688) },
        { "1e1e3002" + "20010db8000000000000000000000001" + "01bb" + "0000000000000009", AddAddr.Announce(2, _six, 443, 9) },
        { "1e143102" + "20010db8000000000000000000000001", AddAddr.Announce(2, _six, 0, 7).ToEcho() },
        { "1e163102" + "20010db8000000000000000000000001" + "01bb", AddAddr.Announce(2, _six, 443, 7).ToEcho() },
    };

    [Theory]
    [MemberData(nameof(Facts9))]
    public void Line_9_the_length_tells_the_family_and_the_port(string hex, AddAddr expected)
    {
        var read = OptionBytes.Read(hex);
        Assert.Equal(MptcpKinds.AddAddr, read.Mptcp.Kinds);
        Assert.Equal(expected, read.Mptcp.AddAddr);
        var options = default(TcpOptions);
        options.Mptcp.Set(expected);
        Assert.Equal(hex, OptionBytes.Write(options));
    }

    [Fact]
    public void An_IPv4_address_in_the_clothes_of_IPv6_is_ignored() => Assert.Equal(
        MptcpKinds.None, OptionBytes.Read("1e143102" + "00000000000000000000ffffc0000201").Mptcp.Kinds);

    [Theory]
    [InlineData("1e123001" + "c0000201" + "0000" + "0ec823d3bc727844")]
    [InlineData("1e0a3101" + "c0000201" + "0000")]
    public void A_port_that_could_not_be_echoed_is_ignored(string hex) =>
        Assert.Equal(MptcpKinds.None, OptionBytes.Read(hex).Mptcp.Kinds);

    [Fact]
    public void Line_10_addresses_are_withdrawn_by_their_ids()
    {
        var removed = new RemoveAddr(1);
        Assert.True(removed.TryAdd(7));
        Assert.True(removed.TryAdd(255));
        Assert.Equal(removed, OptionBytes.Read("1e06400107ff").Mptcp.RemoveAddr);
        var options = default(TcpOptions);
        options.Mptcp.Set(removed);
        Assert.Equal("1e06400107ff", OptionBytes.Write(options));
    }

    [Fact]
    public void Line_10_no_more_ids_than_a_header_has_room_for()
    {
        var removed = new RemoveAddr(0);
        for (byte id = 1; id < RemoveAddr.MaxCount; id++)
        {
            Assert.True(removed.TryAdd(id));
        }

        Assert.False(removed.TryAdd(99));
        Assert.Equal(TcpOptions.MaxLength, removed.Length);
    }
}
