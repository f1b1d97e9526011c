using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Multipath.Agent.DataPlanes.Tun.Proxy;

/// <summary>How a request ended (RFC 1928, section 6).</summary>
internal enum SocksReply : byte
{
    Succeeded = 0,
    GeneralFailure = 1,
    NetworkUnreachable = 3,
    HostUnreachable = 4,
    ConnectionRefused = 5,
    TimedOut = 6,
    CommandNotSupported = 7,
    AddressTypeNotSupported = 8,
}

/// <summary>Where a program wants to be connected to: a name, or an address as text.</summary>
internal readonly record struct SocksTarget(string Host, ushort Port);

/// <summary>
/// The messages of SOCKS 5 (RFC 1928) without authentication, and of its commands CONNECT alone.
/// <code>
/// greeting, section 3      version 5 | n | n methods                answer  version 5 | method
/// request, section 4       version 5 | command | 0 | type | address | port (2)
/// reply, section 6         version 5 | reply   | 0 | type | address | port (2)
/// </code>
/// An address is 4 bytes (type 1), a length and so many characters (type 3), or 16 bytes (type 4).
/// </summary>
internal static class SocksRequest
{
    /// <summary>What every message begins with.</summary>
    internal const byte Version = 5;

    /// <summary>The method "no authentication required".</summary>
    internal const byte NoAuthentication = 0;

    /// <summary>The answer to a client that offers nothing that we have.</summary>
    internal const byte NoAcceptableMethod = 0xFF;

    private const byte Connect = 1;
    private const byte TypeV4 = 1;
    private const byte TypeName = 3;
    private const byte TypeV6 = 4;
    private const int PortBytes = 2;
    private const int HeadBytes = 4;

    /// <summary>Reads greeting and request, and answers the greeting.</summary>
    /// <returns>The target, or why there is none; no reply at all to give for bytes that are no SOCKS 5.</returns>
    /// <exception cref="IOException">The client is gone.</exception>
    internal static async Task<(SocksTarget? Target, SocksReply? Refusal)> ReadAsync(Stream client, CancellationToken cancellation)
    {
        var buffer = new byte[byte.MaxValue + PortBytes];
        await client.ReadExactlyAsync(buffer.AsMemory(0, 2), cancellation);
        var methods = buffer.AsMemory(2, Math.Min((int)buffer[1], buffer.Length - 2));
        if (buffer[0] != Version)
        {
            return (null, null);
        }

        await client.ReadExactlyAsync(methods, cancellation);
        var offered = methods.Span.Contains(NoAuthentication);
        await client.WriteAsync(new[] { Version, offered ? NoAuthentication : NoAcceptableMethod }, cancellation);
        if (!offered)
        {
            return (null, null);
        }

        await client.ReadExactlyAsync(buffer.AsMemory(0, HeadBytes), cancellation);
        var (version, command, type) = (buffer[0], buffer[1], buffer[3]);
        if (version != Version)
        {
            return (null, null);
        }

        var length = type switch
        {
            TypeV4 => 4,
            TypeV6 => 16,
            TypeName => await ReadLengthAsync(client, buffer, cancellation),
            _ => 0,
        };
        if (length == 0)
        {
            return (null, SocksReply.AddressTypeNotSupported);
        }

        await client.ReadExactlyAsync(buffer.AsMemory(0, length + PortBytes), cancellation);
        var target = new SocksTarget(
            type == TypeName ? Encoding.ASCII.GetString(buffer, 0, length) : new IPAddress(buffer.AsSpan(0, length)).ToString(),
            BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(length)));
        return command == Connect ? (target, null) : (null, SocksReply.CommandNotSupported);
    }

    /// <summary>A reply.</summary>
    /// <param name="reply">How it ended.</param>
    /// <param name="bound">This end of the connection that was made; null when none was.</param>
    internal static byte[] Reply(SocksReply reply, IPEndPoint? bound)
    {
        var address = (bound?.Address ?? IPAddress.Any).GetAddressBytes();
        var message = new byte[HeadBytes + address.Length + PortBytes];
        message[0] = Version;
        message[1] = (byte)reply;
        message[3] = address.Length == 4 ? TypeV4 : TypeV6;
        address.CopyTo(message, HeadBytes);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(HeadBytes + address.Length), (ushort)(bound?.Port ?? 0));
        return message;
    }

    private static async Task<int> ReadLengthAsync(Stream client, byte[] buffer, CancellationToken cancellation)
    {
        await client.ReadExactlyAsync(buffer.AsMemory(0, 1), cancellation);
        return buffer[0];
    }
}
