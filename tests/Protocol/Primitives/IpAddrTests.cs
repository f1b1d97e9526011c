using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Primitives;

public sealed class IpAddrTests
{
    [Theory]
    [InlineData("192.0.2.1", "c0000201")]
    [InlineData("0.0.0.0", "00000000")]
    [InlineData("2001:db8::1", "20010db8000000000000000000000001")]
    [InlineData("::", "00000000000000000000000000000000")]
    public void Text_and_octets_are_the_same_address(string text, string octets)
    {
        var address = IpAddr.Parse(text);
        var bytes = new byte[address.Length];
        address.Write(bytes);
        Assert.Equal(octets, Convert.ToHexStringLower(bytes));
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, address.IsV4 ? IpAddr.ReadV4(bytes) : IpAddr.ReadV6(bytes));
    }

    [Theory]
    [InlineData("223.255.255.255", false)]
    [InlineData("224.0.0.1", true)]
    [InlineData("239.255.255.255", true)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", true)]
    [InlineData("ff02::1", true)]
    [InlineData("fe80::1", false)]
    public void Groups_are_told_from_hosts(string text, bool multicast) => Assert.Equal(multicast, IpAddr.Parse(text).IsMulticast);

    [Fact]
    public void Any_address_is_unspecified()
    {
        Assert.True(IpAddr.AnyV4.IsUnspecified && IpAddr.AnyV4.IsV4);
        Assert.True(IpAddr.AnyV6.IsUnspecified && !IpAddr.AnyV6.IsV4);
        Assert.False(IpAddr.Parse("::1").IsUnspecified);
    }

    [Fact]
    public void What_is_no_address_is_refused()
    {
        Assert.False(IpAddr.TryParse("192.0.2.256", out _));
        Assert.Throws<FormatException>(() => IpAddr.Parse("host"));
        Assert.Throws<FormatException>(() => Endpoint.Parse("192.0.2.1:65536"));
    }

    [Theory]
    [InlineData("192.0.2.1:80")]
    [InlineData("[2001:db8::1]:443")]
    public void An_endpoint_prints_as_it_is_read(string text) => Assert.Equal(text, Endpoint.Parse(text).ToString());

    [Fact]
    public void A_tuple_has_another_hash_under_another_seed_and_reversed()
    {
        var tuple = new FourTuple(Endpoint.Parse("10.0.0.1:1000"), Endpoint.Parse("10.0.0.2:80"));
        Assert.Equal(tuple, tuple.Reversed.Reversed);
        Assert.NotEqual(tuple.Hash(1), tuple.Hash(2));
        Assert.NotEqual(tuple.Hash(1), tuple.Reversed.Hash(1));
    }

    [Fact]
    public void Neighbouring_tuples_spread_over_a_table()
    {
        const int Slots = 1 << 12;
        var used = new HashSet<ulong>();
        var local = Endpoint.Parse("10.0.0.1:443");
        for (ushort port = 0; port < Slots; port++)
        {
            used.Add(new FourTuple(local, new Endpoint(IpAddr.V4(0x0A000002), port)).Hash(7) % Slots);
        }

        // Thrown at random, so many balls reach 63% of the slots.
        Assert.InRange(used.Count, Slots * 60 / 100, Slots);
    }
}
