using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Grpc.Server;

/// <summary>The client's address as gRPC writes it (gRPC naming): <c>ipv4:192.0.2.1:4711</c>, <c>ipv6:[2001:db8::1]:4711</c>.</summary>
internal static class PeerText
{
    public static string Of(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetwork } address => $"ipv4:{address}:{connection.RemotePort}",
        { IsIPv4MappedToIPv6: true } address => $"ipv4:{address.MapToIPv4()}:{connection.RemotePort}",
        var address => $"ipv6:[{address}]:{connection.RemotePort}",
    };
}
