using System.Buffers.Binary;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>The two keys of a connection and what follows from them (RFC 8684 sections 3.1, 3.2 and 3.4.1).</summary>
/// <param name="local">This end's key; the peer's comes with its part of the handshake.</param>
internal sealed class SessionKeys(ulong local)
{
    /// <summary>This end's key.</summary>
    public ulong Local { get; } = local;

    /// <summary>The token under which the peer joins this end.</summary>
    public uint LocalToken { get; } = Keys.Token(local);

    /// <summary>The data sequence number that this end's SYN took: data begins one after it.</summary>
    public Dsn64 LocalStart { get; } = Keys.InitialDataSequenceNumber(local);

    /// <summary>The peer's key.</summary>
    public ulong Remote { get; private set; }

    /// <summary>The token under which this end joins the peer.</summary>
    public uint RemoteToken { get; private set; }

    /// <summary>The data sequence number that the peer's SYN took.</summary>
    public Dsn64 RemoteStart { get; private set; }

    /// <summary>Whether the peer's key is known.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Makes a key whose token nobody here uses (RFC 8684 section 3.1).</summary>
    /// <param name="entropy">Where the key comes from.</param>
    /// <param name="share">Where the token has to lie: no other stack of this host uses it then either.</param>
    /// <param name="isTaken">Whether a token is in use.</param>
    /// <returns>The keys, or null when the tokens are so full that luck fails: then no MP_CAPABLE is sent.</returns>
    public static SessionKeys? TryCreate(IEntropy entropy, in StackShare share, Func<uint, bool> isTaken)
    {
        const int Attempts = 4;
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < Attempts; i++)
        {
            entropy.Fill(key);
            var keys = new SessionKeys(Keys.FirstFrom(BinaryPrimitives.ReadUInt64BigEndian(key), share));
            if (keys.LocalToken != 0 && !isTaken(keys.LocalToken))
            {
                return keys;
            }
        }

        return null;
    }

    /// <summary>Takes the peer's key.</summary>
    public void Complete(ulong remote)
    {
        Remote = remote;
        RemoteToken = Keys.Token(remote);
        RemoteStart = Keys.InitialDataSequenceNumber(remote);
        IsComplete = true;
    }

    /// <summary>The HMAC of a join's SYN/ACK: the left 64 bits, by the end that was joined.</summary>
    /// <param name="byPeer">The peer sent it, so that its key and nonce come first.</param>
    /// <param name="localNonce">This end's nonce.</param>
    /// <param name="remoteNonce">The peer's nonce.</param>
    public ulong JoinSynAck(bool byPeer, uint localNonce, uint remoteNonce) => byPeer
        ? Keys.JoinSynAckHmac(Remote, Local, remoteNonce, localNonce)
        : Keys.JoinSynAckHmac(Local, Remote, localNonce, remoteNonce);

    /// <summary>The HMAC of a join's third ACK: the left 160 bits, by the end that joins.</summary>
    /// <param name="byPeer">The peer sent it, so that its key and nonce come first.</param>
    /// <param name="localNonce">This end's nonce.</param>
    /// <param name="remoteNonce">The peer's nonce.</param>
    public Hmac160 JoinAck(bool byPeer, uint localNonce, uint remoteNonce) => byPeer
        ? Keys.JoinAckHmac(Remote, Local, remoteNonce, localNonce)
        : Keys.JoinAckHmac(Local, Remote, localNonce, remoteNonce);

    /// <summary>The HMAC of an ADD_ADDR.</summary>
    /// <param name="byPeer">The peer sent it.</param>
    /// <param name="id">Id of the address.</param>
    /// <param name="address">The address.</param>
    /// <param name="port">The port, 0 for none.</param>
    public ulong AddAddress(bool byPeer, byte id, IpAddr address, ushort port) => byPeer
        ? Keys.AddAddressHmac(Remote, Local, id, address, port)
        : Keys.AddAddressHmac(Local, Remote, id, address, port);
}
