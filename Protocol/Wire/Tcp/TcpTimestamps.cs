using System.Buffers.Binary;

namespace Multipath.Protocol.Wire.Tcp;

/// <summary>The timestamps option (RFC 7323 section 3.2).</summary>
/// <remarks>
/// <code>
/// +-------+-------+---------------------+---------------------+
/// |Kind=8 |  10   |   TS Value (TSval)  |TS Echo Reply (TSecr)|
/// +-------+-------+---------------------+---------------------+
///     1       1              4                     4
/// </code>
/// </remarks>
/// <param name="Value">The sender's clock.</param>
/// <param name="Echo">A value of the peer that is returned; 0 on a segment without ACK.</param>
public readonly record struct TcpTimestamps(uint Value, uint Echo)
{
    internal const int Length = 10;

    internal static TcpTimestamps Read(ReadOnlySpan<byte> option) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(option[2..]), BinaryPrimitives.ReadUInt32BigEndian(option[6..]));

    internal int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, ((ushort)TcpOptionKind.Timestamps << 8) | Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[6..], Echo);
        return Length;
    }
}
