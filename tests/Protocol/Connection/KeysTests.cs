using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Tests.Connection;

public sealed class KeysTests
{
    private const ulong KeyA = 0xff2ec3a2f6151881;
    private const ulong KeyB = 0x54f04ad5bd2d9f42;
    private const uint NonceA = 0xc0d346f6;
    private const uint NonceB = 0x0a54f9af;

    [Fact]
    public void A_token_is_the_first_32_bits_of_the_keys_hash()
    {
        Assert.Equal(0xe1e3cdebu, Keys.Token(KeyA));
        Assert.Equal(0xeef7df2fu, Keys.Token(KeyB));
    }

    [Fact]
    public void The_initial_data_sequence_number_is_the_last_64_bits_of_the_keys_hash()
    {
        Assert.Equal(new Dsn64(0x1045ecfa3f05f4d9), Keys.InitialDataSequenceNumber(KeyA));
        Assert.Equal(new Dsn64(1172603837543216362), Keys.InitialDataSequenceNumber(KeyA) + 1 + 16);
        Assert.Equal(new Dsn64(15012343925868579242), Keys.InitialDataSequenceNumber(KeyB) + 1);
    }

    [Fact]
    public void The_responder_of_a_join_signs_with_its_own_key_and_nonce_first()
    {
        Assert.Equal(0xc7489cf7056428b4ul, Keys.JoinSynAckHmac(KeyB, KeyA, NonceB, NonceA));
    }

    [Fact]
    public void The_initiator_of_a_join_signs_with_its_own_key_and_nonce_first()
    {
        var expected = Hmac160.Read(Convert.FromHexString("b4e6a41bf5861313df7f5f454966998ad7e698a4"));
        Assert.Equal(expected, Keys.JoinAckHmac(KeyA, KeyB, NonceA, NonceB));
    }

    [Theory]
    [InlineData(1, "192.0.2.1", 0, 0x4d6e31e701135e5c)]
    [InlineData(1, "192.0.2.1", 443, 0x0ec823d3bc727844)]
    [InlineData(2, "2001:db8::1", 0, 0x0f88d2ffe3fc8688)]
    public void An_announced_address_is_signed_with_its_id_and_port(byte id, string address, ushort port, ulong expected)
    {
        Assert.Equal(expected, Keys.AddAddressHmac(KeyB, KeyA, id, IpAddr.Parse(address), port));
    }
}
