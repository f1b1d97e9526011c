using System.Net;
using Multipath.Protocol.Connection;

namespace Multipath.Protocol.Tests.Connection;

public sealed class KeysTests
{
    private static readonly byte[] _keyA = Convert.FromHexString("ff2ec3a2f6151881");
    private static readonly byte[] _keyB = Convert.FromHexString("54f04ad5bd2d9f42");
    private static readonly byte[] _nonceA = Convert.FromHexString("c0d346f6");
    private static readonly byte[] _nonceB = Convert.FromHexString("0a54f9af");

    [Fact]
    public void A_token_is_the_first_32_bits_of_the_keys_hash()
    {
        Assert.Equal(0xe1e3cdebu, Keys.Token(_keyA));
        Assert.Equal(0xeef7df2fu, Keys.Token(_keyB));
    }

    [Fact]
    public void The_initial_data_sequence_number_is_the_last_64_bits_of_the_keys_hash()
    {
        Assert.Equal(0x1045ecfa3f05f4d9ul, Keys.InitialDataSequenceNumber(_keyA));
        Assert.Equal(15012343925868579242ul, Keys.InitialDataSequenceNumber(_keyB) + 1);
    }

    [Fact]
    public void The_responder_of_a_join_signs_with_its_own_key_and_nonce_first()
    {
        Assert.Equal(0xc7489cf7056428b4ul, Keys.JoinSynAckHmac(_keyB, _keyA, _nonceB, _nonceA));
    }

    [Fact]
    public void The_initiator_of_a_join_signs_with_its_own_key_and_nonce_first()
    {
        var hmac = new byte[Keys.AckHmacLength];
        Keys.JoinAckHmac(_keyA, _keyB, _nonceA, _nonceB, hmac);
        Assert.Equal("b4e6a41bf5861313df7f5f454966998ad7e698a4", Convert.ToHexStringLower(hmac));
    }

    [Theory]
    [InlineData(1, "192.0.2.1", 0, 0x4d6e31e701135e5c)]
    [InlineData(1, "192.0.2.1", 443, 0x0ec823d3bc727844)]
    [InlineData(2, "2001:db8::1", 0, 0x0f88d2ffe3fc8688)]
    public void An_announced_address_is_signed_with_its_id_and_port(byte id, string address, ushort port, ulong expected)
    {
        Assert.Equal(expected, Keys.AddAddressHmac(_keyB, _keyA, id, IPAddress.Parse(address).GetAddressBytes(), port));
    }
}
