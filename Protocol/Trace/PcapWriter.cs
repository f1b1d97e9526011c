using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Trace;

/// <summary>Formats captures that tcpdump, tshark and Wireshark read (draft-ietf-opsawg-pcap); the caller owns the file.</summary>
/// <remarks>Little-endian, microseconds, packets that start with their IP header.</remarks>
public static class PcapWriter
{
    /// <summary>Bytes of the header of the file.</summary>
    public const int FileHeaderLength = 24;

    /// <summary>Bytes before each packet.</summary>
    public const int RecordHeaderLength = 16;

    private const uint Magic = 0xA1B2_C3D4;
    private const int SnapLength = 1 << 18;
    private const int LinkTypeRaw = 101;
    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Writes what a capture starts with.</summary>
    /// <param name="destination">At least <see cref="FileHeaderLength"/> bytes.</param>
    /// <returns><see cref="FileHeaderLength"/>.</returns>
    public static int WriteFileHeader(Span<byte> destination)
    {
        var header = destination[..FileHeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], SnapLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], LinkTypeRaw);
        return FileHeaderLength;
    }

    /// <summary>Writes what stands before a packet.</summary>
    /// <param name="destination">At least <see cref="RecordHeaderLength"/> bytes.</param>
    /// <param name="at">When it passed; the origin of the clock is shown as 1 January 1970.</param>
    /// <param name="packetLength">Bytes of the packet, all of which follow.</param>
    /// <returns><see cref="RecordHeaderLength"/>.</returns>
    public static int WriteRecordHeader(Span<byte> destination, Instant at, int packetLength)
    {
        var (seconds, micros) = Math.DivRem(at.Micros, MicrosPerSecond);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)micros);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], packetLength);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], packetLength);
        return RecordHeaderLength;
    }

    /// <summary>Writes a packet with what stands before it.</summary>
    /// <param name="destination">At least <see cref="RecordHeaderLength"/> bytes and the packet.</param>
    /// <param name="at">When it passed.</param>
    /// <param name="packet">From its IP header on.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteRecord(Span<byte> destination, Instant at, ReadOnlySpan<byte> packet)
    {
        var length = WriteRecordHeader(destination, at, packet.Length);
        packet.CopyTo(destination[length..]);
        return length + packet.Length;
    }
}
