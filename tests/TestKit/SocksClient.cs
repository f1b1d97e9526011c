using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Multipath.TestKit;

/// <summary>What a program says to a SOCKS 5 proxy (RFC 1928) to be connected.</summary>
public static class SocksClient
{
    /// <summary>Asks a proxy for a connection.</summary>
    /// <param name="proxy">Connected to the proxy.</param>
    /// <param name="target">Where to.</param>
    /// <exception cref="IOException">The proxy refused, with its reply.</exception>
    public static void Request(Socket proxy, IPEndPoint target)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        ArgumentNullException.ThrowIfNull(target);
        var address = target.Address.GetAddressBytes();
        var request = new byte[6 + address.Length];
        (request[0], request[1], request[3]) = (5, 1, (byte)(address.Length == 4 ? 1 : 4));
        address.CopyTo(request, 4);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(4 + address.Length), (ushort)target.Port);
        proxy.Send([5, 1, 0]);
        _ = Read(proxy, 2);
        proxy.Send(request);
        var reply = Read(proxy, 4);
        _ = Read(proxy, (reply[3] == 4 ? 16 : 4) + 2);
        if (reply[1] != 0)
        {
            throw new IOException($"The proxy replied {reply[1]}.");
        }
    }

    private static byte[] Read(Socket from, int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var read = from.Receive(bytes, got, count - got, SocketFlags.None);
            got += read > 0 ? read : throw new IOException("The proxy has closed the connection.");
        }

        return bytes;
    }
}
