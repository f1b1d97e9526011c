using System.Buffers.Binary;
using System.Security.Cryptography;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>What follows from the 64-bit keys of a connection (RFC 8684 sections 3.1, 3.2 and 3.4.1).</summary>
/// <remarks>Keys and nonces are numbers whose most significant octet stands first on the wire.</remarks>
public static class Keys
{
    private const int KeyLength = sizeof(ulong);
    private const int NonceLength = sizeof(uint);

    /// <summary>The token of a connection: the first 32 bits of SHA-256 over the key (RFC 8684 section 3.2).</summary>
    /// <param name="key">The key of the host that the token is for.</param>
    public static uint Token(ulong key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(key, hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash);
    }

    /// <summary>The first key from this one on whose token belongs to a share.</summary>
    /// <param name="key">A key.</param>
    /// <param name="share">The share.</param>
    public static ulong FirstFrom(ulong key, in StackShare share)
    {
        while (share.Shares > 1 && !share.Has(Token(key)))
        {
            key++;
        }

        return key;
    }

    /// <summary>The initial data sequence number: the last 64 bits of SHA-256 over the key (RFC 8684 section 3.1).</summary>
    /// <param name="key">The key of the data's sender.</param>
    public static Dsn64 InitialDataSequenceNumber(ulong key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(key, hash);
        return new Dsn64(BinaryPrimitives.ReadUInt64BigEndian(hash[^8..]));
    }

    /// <summary>The left 64 bits of the join's HMAC, which the responder puts into the SYN/ACK (RFC 8684 figure 6).</summary>
    /// <param name="own">The sender's key.</param>
    /// <param name="peer">The receiver's key.</param>
    /// <param name="ownNonce">The sender's nonce.</param>
    /// <param name="peerNonce">The receiver's nonce.</param>
    public static ulong JoinSynAckHmac(ulong own, ulong peer, uint ownNonce, uint peerNonce)
    {
        Span<byte> hmac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        JoinHmac(own, peer, ownNonce, peerNonce, hmac);
        return BinaryPrimitives.ReadUInt64BigEndian(hmac);
    }

    /// <summary>The left 160 bits of the join's HMAC, which the initiator puts into the third ACK (RFC 8684 figure 7).</summary>
    /// <param name="own">The sender's key.</param>
    /// <param name="peer">The receiver's key.</param>
    /// <param name="ownNonce">The sender's nonce.</param>
    /// <param name="peerNonce">The receiver's nonce.</param>
    public static Hmac160 JoinAckHmac(ulong own, ulong peer, uint ownNonce, uint peerNonce)
    {
        Span<byte> hmac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        JoinHmac(own, peer, ownNonce, peerNonce, hmac);
        return Hmac160.Read(hmac);
    }

    /// <summary>The right 64 bits of the HMAC that authenticates an ADD_ADDR (RFC 8684 section 3.4.1).</summary>
    /// <param name="own">The announcer's key.</param>
    /// <param name="peer">The key of the other end.</param>
    /// <param name="addressId">The address id.</param>
    /// <param name="address">The address.</param>
    /// <param name="port">The announced port, 0 when the option carries none.</param>
    public static ulong AddAddressHmac(ulong own, ulong peer, byte addressId, IpAddr address, ushort port)
    {
        Span<byte> message = stackalloc byte[1 + IpAddr.V6Length + sizeof(ushort)];
        message[0] = addressId;
        var end = 1 + address.Write(message[1..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[end..], port);
        Span<byte> hmac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hmac(own, peer, message[..(end + sizeof(ushort))], hmac);
        return BinaryPrimitives.ReadUInt64BigEndian(hmac[^8..]);
    }

    private static void Hash(ulong key, Span<byte> hash)
    {
        Span<byte> octets = stackalloc byte[KeyLength];
        BinaryPrimitives.WriteUInt64BigEndian(octets, key);
        SHA256.HashData(octets, hash);
    }

    private static void JoinHmac(ulong own, ulong peer, uint ownNonce, uint peerNonce, Span<byte> hmac)
    {
        Span<byte> message = stackalloc byte[2 * NonceLength];
        BinaryPrimitives.WriteUInt32BigEndian(message, ownNonce);
        BinaryPrimitives.WriteUInt32BigEndian(message[NonceLength..], peerNonce);
        Hmac(own, peer, message, hmac);
    }

    // The HMAC's key is always the sender's own key, then its peer's.
    private static void Hmac(ulong own, ulong peer, ReadOnlySpan<byte> message, Span<byte> hmac)
    {
        Span<byte> key = stackalloc byte[2 * KeyLength];
        BinaryPrimitives.WriteUInt64BigEndian(key, own);
        BinaryPrimitives.WriteUInt64BigEndian(key[KeyLength..], peer);
        HMACSHA256.HashData(key, message, hmac);
    }
}
