using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Multipath.Protocol.Connection;

/// <summary>What follows from the 64-bit keys of a connection (RFC 8684 sections 3.1, 3.2 and 3.4.1).</summary>
/// <remarks>Keys, nonces and addresses are given in network order, as they stand on the wire.</remarks>
public static class Keys
{
    /// <summary>Length of a key, bytes.</summary>
    public const int KeyLength = 8;

    /// <summary>Length of a nonce, bytes.</summary>
    public const int NonceLength = 4;

    /// <summary>Length of the HMAC in the third ACK of a join, bytes (RFC 8684 figure 7).</summary>
    public const int AckHmacLength = 20;

    /// <summary>The token of a connection: the first 32 bits of SHA-256 over the key (RFC 8684 section 3.2).</summary>
    /// <param name="key">8 bytes.</param>
    public static uint Token(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash);
    }

    /// <summary>The initial data sequence number: the last 64 bits of SHA-256 over the key (RFC 8684 section 3.1).</summary>
    /// <param name="key">8 bytes.</param>
    public static ulong InitialDataSequenceNumber(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash[^8..]);
    }

    /// <summary>The left 64 bits of the join's HMAC, which the responder puts into the SYN/ACK (RFC 8684 figure 6).</summary>
    /// <param name="own">The sender's key, 8 bytes.</param>
    /// <param name="peer">The receiver's key, 8 bytes.</param>
    /// <param name="ownNonce">The sender's nonce, 4 bytes.</param>
    /// <param name="peerNonce">The receiver's nonce, 4 bytes.</param>
    public static ulong JoinSynAckHmac(
        ReadOnlySpan<byte> own, ReadOnlySpan<byte> peer, ReadOnlySpan<byte> ownNonce, ReadOnlySpan<byte> peerNonce)
    {
        Span<byte> hmac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        JoinHmac(own, peer, ownNonce, peerNonce, hmac);
        return BinaryPrimitives.ReadUInt64BigEndian(hmac);
    }

    /// <summary>The left 160 bits of the join's HMAC, which the initiator puts into the third ACK (RFC 8684 figure 7).</summary>
    /// <param name="own">The sender's key, 8 bytes.</param>
    /// <param name="peer">The receiver's key, 8 bytes.</param>
    /// <param name="ownNonce">The sender's nonce, 4 bytes.</param>
    /// <param name="peerNonce">The receiver's nonce, 4 bytes.</param>
    /// <param name="destination">Takes <see cref="AckHmacLength"/> bytes.</param>
    public static void JoinAckHmac(
        ReadOnlySpan<byte> own,
        ReadOnlySpan<byte> peer,
        ReadOnlySpan<byte> ownNonce,
        ReadOnlySpan<byte> peerNonce,
        Span<byte> destination)
    {
        Span<byte> hmac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        JoinHmac(own, peer, ownNonce, peerNonce, hmac);
        hmac[..AckHmacLength].CopyTo(destination);
    }

    /// <summary>The right 64 bits of the HMAC that authenticates an ADD_ADDR (RFC 8684 section 3.4.1).</summary>
    /// <param name="own">The announcer's key, 8 bytes.</param>
    /// <param name="peer">The key of the other end, 8 bytes.</param>
    /// <param name="addressId">The address id.</param>
    /// <param name="address">4 or 16 bytes.</param>
    /// <param name="port">The announced port, 0 when the option carries none.</param>
    public static ulong AddAddressHmac(
        ReadOnlySpan<byte> own, ReadOnlySpan<byte> peer, byte addressId, ReadOnlySpan<byte> address, ushort port)
    {
        Span<byte> message = stackalloc byte[1 + 16 + sizeof(ushort)];
        message[0] = addressId;
        address.CopyTo(message[1..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[(1 + address.Length)..], port);
        Span<byte> hmac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hmac(own, peer, message[..(1 + address.Length + sizeof(ushort))], hmac);
        return BinaryPrimitives.ReadUInt64BigEndian(hmac[^8..]);
    }

    private static void JoinHmac(
        ReadOnlySpan<byte> own, ReadOnlySpan<byte> peer, ReadOnlySpan<byte> ownNonce, ReadOnlySpan<byte> peerNonce, Span<byte> hmac)
    {
        Span<byte> message = stackalloc byte[2 * NonceLength];
        ownNonce.CopyTo(message);
        peerNonce.CopyTo(message[NonceLength..]);
        Hmac(own, peer, message, hmac);
    }

    // The HMAC's key is always the sender's own key, then its peer's.
    private static void Hmac(ReadOnlySpan<byte> own, ReadOnlySpan<byte> peer, ReadOnlySpan<byte> message, Span<byte> hmac)
    {
        Span<byte> key = stackalloc byte[2 * KeyLength];
        own.CopyTo(key);
        peer.CopyTo(key[KeyLength..]);
        HMACSHA256.HashData(key, message, hmac);
    }
}
