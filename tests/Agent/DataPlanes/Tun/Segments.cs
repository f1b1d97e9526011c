using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

/// <summary>Packets of one flow for tests of what joins and cuts them.</summary>
internal static class Segments
{
    internal const int Size = 1000;

    internal static FourTuple Flow(bool isV4) => isV4
        ? new FourTuple(Endpoint.Parse("192.0.2.1:80"), Endpoint.Parse("192.0.2.2:5000"))
        : new FourTuple(Endpoint.Parse("[2001:db8::1]:80"), Endpoint.Parse("[2001:db8::2]:5000"));

    /// <summary>Bytes of a stream from a place on; each tells its place.</summary>
    internal static byte[] Stream(int from, int count) => [.. Enumerable.Range(from, count).Select(at => (byte)((at * 7) ^ (at >> 8)))];

    /// <summary>The packet with a part of the stream, whose first byte has the number 1000.</summary>
    internal static byte[] Packet(bool isV4, int from, int count, Func<SegmentHeader, SegmentHeader>? change = null, FourTuple? flow = null)
    {
        var header = new SegmentHeader
        {
            Seq = new Seq32(unchecked(1000 + (uint)from)),
            Ack = new Seq32(77),
            Flags = TcpFlags.Ack,
            Window = 500,
            Options = new TcpOptions { Timestamps = new TcpTimestamps(5, 6) },
        };
        var buffer = new byte[70_000];
        var length = PacketWriter.Write(buffer, flow ?? Flow(isV4), change?.Invoke(header) ?? header, Stream(from, count));
        return buffer[..length];
    }
}
